"""Whether an answer is the generator's truth."""

LISTED = 4


def of_report(report):
    """The counts of trueline's own report, in the form in which the peers say theirs."""
    counts = {f"{check['id']} {code}": count for check in report["checks"] for code, count in check["codes"].items() if count}
    return {"rows": report["rows"]["total"], "counts": counts, "cannot": [], "invalid": report["rows"]["invalid"]}


def judge(found, data):
    """`right`, or what is wrong with the counts; what the contender says that it cannot tell is named and not compared."""
    cannot = [label for label in found["cannot"] if label in data.counts]
    labels = sorted((data.counts.keys() | found["counts"].keys()) - set(cannot))
    wrong = []
    if found["rows"] is not None and found["rows"] != data.rows:
        wrong.append(f"rows {found['rows']} for {data.rows}")
    if found.get("invalid", data.invalid) != data.invalid:
        wrong.append(f"invalid rows {found['invalid']} for {data.invalid}")
    for label in labels:
        truth, count = data.counts.get(label, 0), found["counts"].get(label, 0)
        if truth != count:
            wrong.append(f"`{short(label)}` {count} for {truth}")
    text = "right"
    if wrong:
        more = f" and {len(wrong) - LISTED} more" if len(wrong) > LISTED else ""
        text = f"wrong: {', '.join(wrong[:LISTED])}{more}"
    if cannot:
        text += f"; cannot express {', '.join(f'`{short(label)}`' for label in cannot)}"
    return text


def short(label):
    """The code alone where it names the check; with its column in front otherwise."""
    check, code = label.split(" ")
    return code if check == "structure" else f"{check.rpartition('.')[0]}: {code}"
