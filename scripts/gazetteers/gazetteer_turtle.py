"""How the gazetteers are written: one statement block a line, keys by the rule of src/model/identifier.rs."""
import unicodedata

SEGMENTS = ["region", "park", "institution", "person", "cluster", "chain", "industry", "initiative", "platform", "event", "honour", "group", "document", "indicator"]
DELETED = set("\"'“”‘’「」『』《》〈〉()[]【】{}〔〕")
ID = "https://w3id.org/yuanpu/id/"


def entity_key(name):
    """NFKC; white space, quotation marks, book marks and brackets deleted; every other run of non-alphanumerics becomes one `-`."""
    key = ""
    for c in unicodedata.normalize("NFKC", name):
        if c.isalnum():
            key += c
        elif not (c.isspace() or c in DELETED) and key and not key.endswith("-"):
            key += "-"
    return key.rstrip("-")


def header(title, lines):
    """Comment (title, then what and whence, in Chinese and English) and prefixes."""
    out = [f"# {title}"] + [f"# {line}" for line in lines] + ["# 许可:CC BY 4.0 · Licence: CC BY 4.0", ""]
    out += ["@prefix yp: <https://w3id.org/yuanpu/ns#> .", "@prefix yps: <https://w3id.org/yuanpu/scheme#> ."]
    out += [f"@prefix {s}: <{ID}{s}/> ." for s in SEGMENTS]
    out += ["@prefix skos: <http://www.w3.org/2004/02/skos/core#> .", "@prefix dcterms: <http://purl.org/dc/terms/> .",
            "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .", ""]
    return "\n".join(out)


def literal(text, language="zh"):
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"@{language}'


def entry(subject, cls, properties):
    """One entry on one line; properties without values are left out."""
    parts = [f"{subject} a {cls}"] + [f"{p} {' , '.join(values)}" for p, values in properties if values]
    return " ; ".join(parts) + " ."
