//! `bindings/c/include/trueline.h`: generated from the sources of the C crate by cbindgen, as configured in `cbindgen.toml`.

use anyhow::{Context, Result, anyhow, bail};
use cbindgen::{Builder, Config};

use crate::generated::Generated;
use crate::project::Project;
use crate::source;

/// The folder of the crate.
const CRATE: &str = "bindings/c";
/// The generated file.
pub(crate) const HEADER: Generated =
    Generated { file: "bindings/c/include/trueline.h", task: "header", render };

/// Returns the functions that the header declares, in its order.
pub(crate) fn functions(header: &str) -> Vec<&str> {
    let declared = header.lines().filter(|line| line.starts_with(|first: char| first.is_ascii_alphabetic()));
    let named = declared.filter_map(|line| line.split_once('(').map(|(before, _)| before));
    named
        .filter_map(|before| before.rsplit([' ', '*']).next())
        .filter(|name| name.starts_with("trueline_"))
        .collect()
}

fn render(project: &Project) -> Result<String> {
    let config = project.root.join(CRATE).join("cbindgen.toml");
    let config = Config::from_file(&config).map_err(|error| anyhow!("{}: {error}", config.display()))?;
    let mut builder = Builder::new().with_config(config);
    for file in sources(project)? {
        builder = builder.with_src(project.root.join(file));
    }
    let bindings = builder.generate().context("cbindgen")?;
    let mut text = Vec::new();
    bindings.write(&mut text);
    let text = String::from_utf8(text).context("cbindgen writes UTF-8")?;
    if functions(&text).is_empty() {
        bail!("cbindgen found no function");
    }
    Ok(text)
}

/// Lists types first, then functions in the order of their register. Without `lib.rs`, from which cbindgen would follow all
/// modules.
fn sources(project: &Project) -> Result<Vec<String>> {
    let folder = format!("{CRATE}/src/");
    let files = project.files()?.into_iter();
    let types = files.filter(|file| {
        let name = file.strip_prefix(&folder).and_then(|name| name.strip_suffix(".rs"));
        name.is_some_and(|name| name != "lib" && !name.contains('/'))
    });
    let register = source::code(&project.require(&format!("{folder}export/mod.rs"))?);
    let modules = register.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    Ok(types.chain(modules.map(|module| format!("{folder}export/{module}.rs"))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_found_by_their_declarations() {
        let header = "/**\n * trueline_not(\n */\nTruelineStatus trueline_a(const char *trueline_b);\n\
                      const char *trueline_c(void);\ntypedef int (*TruelineX)(int);\n";
        assert_eq!(functions(header), ["trueline_a", "trueline_c"]);
    }
}
