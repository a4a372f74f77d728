//! The folder `ontology/` as shipped, and every kind of fault an analyst can make in it: each must come back with its file,
//! line and column, all of them together, and with the nearest valid name where there is one.

use std::fs;
use std::path::{Path, PathBuf};

use yuanpu::model::{Diagnostic, Language, NameKind, Severity};
use yuanpu::ontology::Ontology;

/// Lines that every gazetteer begins with; the entries of a test start on line 9.
const PREFIXES: &str = "\
@prefix yp:      <https://w3id.org/yuanpu/ns#> .
@prefix yps:     <https://w3id.org/yuanpu/scheme#> .
@prefix region:  <https://w3id.org/yuanpu/id/region/> .
@prefix park:    <https://w3id.org/yuanpu/id/park/> .
@prefix industry: <https://w3id.org/yuanpu/id/industry/> .
@prefix institution: <https://w3id.org/yuanpu/id/institution/> .
@prefix skos:    <http://www.w3.org/2004/02/skos/core#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
";

const SICHUAN: &str = r#"region:510000 a yp:Region ; skos:prefLabel "四川省"@zh , "Sichuan"@en ; yp:shortName "四川"@zh ; yp:oneCharacterForm "川"@zh , "蜀"@zh ; skos:notation "510000"^^yp:GBT2260 ; yp:level yps:Provincial .
region:510100 a yp:Region ; skos:prefLabel "成都市"@zh ; yp:shortName "成都"@zh ; skos:notation "510100"^^yp:GBT2260 ; yp:level yps:Municipal ; yp:locatedIn region:510000 .
"#;

fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("ontology")
}

/// A copy of the shipped vocabulary, shapes and variants, with gazetteers of the test's own.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        for file in ["yuanpu.ttl", "units.ttl", "shapes.ttl", "variants.tsv"] {
            fs::copy(shipped().join(file), folder.0.path().join(file)).unwrap();
        }
        fs::create_dir(folder.0.path().join("gazetteers")).unwrap();
        folder
    }

    fn gazetteer(self, name: &str, entries: &str) -> Self {
        fs::write(self.0.path().join("gazetteers").join(name), format!("{PREFIXES}{entries}")).unwrap();
        self
    }

    fn edit(self, file: &str, from: &str, to: &str) -> Self {
        let path = self.0.path().join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} has no {from}");
        fs::write(path, text.replacen(from, to, 1)).unwrap();
        self
    }

    fn load(&self) -> Result<(Ontology, Vec<Diagnostic>), Vec<Diagnostic>> {
        Ontology::load(self.0.path())
    }

    fn faults(&self) -> Vec<Diagnostic> {
        self.load().map(|_| ()).expect_err("the folder has a fault")
    }

    /// The only fault: its code, the line among the test's own entries, the column, and the help.
    fn fault(&self) -> (&'static str, usize, usize, String) {
        let faults = self.faults();
        assert_eq!(faults.len(), 1, "{faults:#?}");
        let fault = &faults[0];
        let line = fault.location.line.unwrap() - PREFIXES.lines().count();
        (fault.code, line, fault.location.column.unwrap(), fault.help.clone().unwrap_or_default())
    }
}

fn one(entries: &str) -> (&'static str, usize, usize, String) {
    Folder::new().gazetteer("test.ttl", &format!("{SICHUAN}{entries}")).fault()
}

// ── What is shipped ──

#[test]
fn the_shipped_folder_has_no_faults() {
    match Ontology::load(&shipped()) {
        Ok((_, warnings)) => assert_eq!(warnings, []),
        Err(faults) => panic!("{faults:#?}"),
    }
}

#[test]
fn the_copy_in_the_program_is_the_shipped_folder() {
    let embedded = Ontology::embedded().unwrap();
    let (loaded, _) = Ontology::load(&shipped()).unwrap();
    assert_eq!(embedded.hash(), loaded.hash());
    assert_eq!(embedded.gazetteer().entries, loaded.gazetteer().entries);
}

#[test]
fn the_vocabulary_answers() {
    let (ontology, _) = Ontology::load(&shipped()).unwrap();
    let schema = ontology.schema();
    assert!(schema.is_subclass("CompositeRegion", "Place") && schema.is_subclass("Park", "Park"));
    assert!(!schema.is_subclass("Park", "Region") && !schema.is_subclass("Nothing", "Entity"));
    assert_eq!(schema.segment("CompositeRegion"), "region");
    assert_eq!(schema.segment("IndustryChain"), "chain");
    assert_eq!(schema.segment("Entity"), "");
    assert_eq!(schema.relation("hosts").and_then(|relation| relation.domain.as_deref()), Some("Park"));
    assert!(schema.relation("level").is_some_and(|relation| relation.takes_concepts));
    assert!(schema.relation("start").is_none() && schema.property("start").is_some());
    assert_eq!(schema.relations().count(), 22);
    assert_eq!(schema.label("uses", Language::Zh), "使用");
    assert_eq!(schema.label("PercentagePointUnit", Language::En), "percentage point");
    assert_eq!(schema.label("unheard of", Language::Zh), "unheard of");
    assert!(schema.concepts_of("UnitScheme").len() >= 150);
    for (name, unit) in
        [("平方千米", "SquareKilometreUnit"), ("㎡", "SquareMetreUnit"), ("人次", "PersonTimeUnit"), ("GWh", "GigawattHourUnit")]
    {
        assert_eq!(schema.concept_named("UnitScheme", name).map(|unit| &*unit.term), Some(unit), "{name}");
    }
}

#[test]
fn characters_fold_to_their_simplified_and_narrow_forms() {
    let (ontology, _) = Ontology::load(&shipped()).unwrap();
    let variants = ontology.variants();
    assert!(variants.pairs() > 2_500);
    assert_eq!(variants.fold_text("深圳與香港簽署產業園區協議，總投資１２億元"), "深圳与香港签署产业园区协议,总投资12亿元");
}

// ── What a gazetteer gives ──

#[test]
fn an_entry_holds_what_its_lines_say() {
    let folder = Folder::new().gazetteer(
        "test.ttl",
        &format!(
            "{SICHUAN}{}",
            r#"region:成德 a yp:CompositeRegion ; skos:prefLabel "成德"@zh ; yp:comprises region:510100 , region:510600 .
region:510600 a yp:Region ; skos:prefLabel "德阳市"@zh ; yp:shortName "德阳"@zh ; skos:notation "510600"^^yp:GBT2260 ; yp:level yps:Municipal ; yp:locatedIn region:510000 .
region:510132 a yp:Region ; skos:prefLabel "新津县"@zh ; skos:notation "510132"^^yp:GBT2260 ; dcterms:isReplacedBy region:510118 .
region:510118 a yp:Region ; skos:prefLabel "新津区"@zh ; skos:notation "510118"^^yp:GBT2260 ; yp:locatedIn region:510100 .
industry:金融业 a yp:Industry ; skos:prefLabel "金融业"@zh ; skos:altLabel "金融"@zh ; skos:hiddenLabel "金溶"@zh ; yp:needsContext "金融"@zh ; skos:notation "J"^^yp:GBT4754 .
"#
        ),
    );
    let (ontology, warnings) = folder.load().unwrap();
    assert_eq!(warnings, []);
    let gazetteer = ontology.gazetteer();
    let at = |key: &str| gazetteer.by_iri(&format!("https://w3id.org/yuanpu/id/{key}")).unwrap();
    let entry = |key: &str| &gazetteer.entries[at(key)];
    assert_eq!(entry("region/510000").one_character, ["川", "蜀"]);
    assert_eq!(entry("region/510000").label_en.as_deref(), Some("Sichuan"));
    assert_eq!(entry("region/成德").comprises, [at("region/510100"), at("region/510600")]);
    assert!(gazetteer.is_within(at("region/510118"), at("region/510000")));
    assert!(gazetteer.is_within(at("region/510118"), at("region/成德")));
    assert!(!gazetteer.is_within(at("region/510000"), at("region/510118")));
    assert_eq!(gazetteer.places_above(at("region/510118")), [at("region/510100"), at("region/510000")]);
    assert_eq!(gazetteer.current(at("region/510132")), at("region/510118"));
    let finance = entry("industry/金融业");
    let names: Vec<_> = finance.names.iter().map(|name| (name.text.as_str(), name.kind, name.needs_context)).collect();
    assert_eq!(names, [("金融", NameKind::Alternative, true), ("金溶", NameKind::Hidden, false)]);
    assert!(!finance.label_needs_context);
    assert_eq!(&*finance.file, "test");
}

#[test]
fn graphs_are_named_after_the_files() {
    let folder = Folder::new().gazetteer("regions.ttl", SICHUAN);
    let (ontology, _) = folder.load().unwrap();
    let graphs: Vec<String> = ontology.turtle_graphs().into_iter().map(|(graph, _)| graph).collect();
    let ours = "https://w3id.org/yuanpu";
    assert_eq!(graphs, [format!("{ours}/gazetteer/regions"), format!("{ours}/ns"), format!("{ours}/ns")]);
}

#[test]
fn a_folder_without_gazetteers_works() {
    let folder = Folder::new();
    fs::remove_dir(folder.0.path().join("gazetteers")).unwrap();
    assert!(folder.load().unwrap().0.gazetteer().entries.is_empty());
}

#[test]
fn the_hash_follows_knowledge_but_not_weights_or_notes() {
    let folder = Folder::new().gazetteer("test.ttl", SICHUAN);
    let hash = |folder: &Folder| folder.load().unwrap().0.hash().to_owned();
    let before = hash(&folder);
    fs::create_dir(folder.0.path().join("weights")).unwrap();
    fs::write(folder.0.path().join("weights/scorer.bin"), [1, 2, 3]).unwrap();
    fs::write(folder.0.path().join("README.md"), "notes").unwrap();
    assert_eq!(hash(&folder), before);
    let folder = folder.edit("gazetteers/test.ttl", "蜀", "巴");
    assert_ne!(hash(&folder), before);
}

// ── Faults of entries: code, line among the entries, column, help ──

#[test]
fn unknown_class() {
    let found = one("park:甲 a yp:Prak ; skos:prefLabel \"甲\"@zh .\n");
    assert_eq!(found, ("O020", 3, 10, "did you mean yp:Park?".into()));
}

#[test]
fn unknown_property_of_ours() {
    let found = one("park:甲 a yp:Park ; skos:prefLabel \"甲\"@zh ;\n  yp:locatdIn region:510100 .\n");
    assert_eq!(found, ("O010", 4, 15, "did you mean yp:locatedIn?".into()));
}

#[test]
fn unknown_property_of_another_vocabulary() {
    let found = one("park:甲 a yp:Park ; skos:prefLabel \"甲\"@zh ; skos:altLable \"乙\"@zh .\n");
    assert_eq!(found.0, "O021");
    assert_eq!(found.3, "did you mean <http://www.w3.org/2004/02/skos/core#altLabel>?");
}

#[test]
fn unknown_concept_and_concept_of_another_scheme() {
    let found = one("park:甲 a yp:Park ; yp:kind yps:HighTecZone ; skos:prefLabel \"甲\"@zh .\n");
    assert_eq!(found, ("O023", 3, 28, "did you mean yps:HighTechZone?".into()));
    assert_eq!(one("park:甲 a yp:Park ; yp:kind yps:University ; skos:prefLabel \"甲\"@zh .\n").0, "O023");
    assert_eq!(one("park:甲 a yp:Park ; yp:level yps:HighTechZone ; skos:prefLabel \"甲\"@zh .\n").0, "O023");
}

#[test]
fn reference_to_no_entry() {
    let found = one("park:甲 a yp:Park ; skos:prefLabel \"甲\"@zh ; yp:locatedIn region:510001 .\n");
    assert_eq!((found.0, found.1), ("O030", 3));
    assert_eq!(found.2, "park:甲 a yp:Park ; skos:prefLabel \"甲\"@zh ; yp:locatedIn ".chars().count() + 1);
    assert_eq!(found.3, "did you mean region:510000?");
}

#[test]
fn missing_or_doubled_label() {
    assert_eq!(one("park:甲 a yp:Park ; skos:prefLabel \"Jia\"@en .\n"), ("O022", 3, 1, String::new()));
    assert_eq!(one("park:甲 a yp:Park ; skos:prefLabel \"甲\"@zh , \"乙\"@zh .\n").0, "O022");
}

#[test]
fn name_that_says_nothing_new() {
    let found = one("park:甲 a yp:Park ; skos:prefLabel \"甲\"@zh ; yp:shortName \"甲\"@zh .\n");
    assert_eq!(found, ("O026", 3, 57, String::new()));
    let in_two_languages = "park:甲 a yp:Park ; skos:prefLabel \"甲\"@zh , \"JIA\"@en ; skos:altLabel \"JIA\"@zh .\n";
    assert!(Folder::new().gazetteer("test.ttl", in_two_languages).load().is_ok(), "an English label may be a Chinese name as well");
}

#[test]
fn name_without_language_or_with_white_space() {
    assert_eq!(one("park:甲 a yp:Park ; skos:prefLabel \"甲\"@zh ; skos:altLabel \"乙\" .\n").0, "O025");
    assert_eq!(one("park:甲 a yp:Park ; skos:prefLabel \"甲\"@zh ; skos:altLabel \"乙 \"@zh .\n").0, "O025");
}

#[test]
fn condition_on_a_name_that_is_not_there() {
    let found = one("industry:金融业 a yp:Industry ; skos:prefLabel \"金融业\"@zh ; yp:needsContext \"金融\"@zh .\n");
    assert_eq!((found.0, found.3.as_str()), ("O027", "did you mean “金融业”?"));
}

#[test]
fn one_character_form_of_two_characters() {
    let found = one("region:甲 a yp:Region ; skos:prefLabel \"甲\"@zh ; yp:oneCharacterForm \"甲乙\"@zh .\n");
    assert_eq!(found.0, "O024");
}

#[test]
fn key_that_is_neither_code_nor_label() {
    assert_eq!(one("park:成都高新区 a yp:Park ; skos:prefLabel \"成都高新技术产业开发区\"@zh .\n").0, "O028");
    assert_eq!(one("institution:甲 a yp:Park ; skos:prefLabel \"甲\"@zh .\n").0, "O028");
    let homonym = "park:甲 a yp:Park ; skos:prefLabel \"甲\"@zh .\npark:甲\\@成都市 a yp:Park ; skos:prefLabel \"甲\"@zh .\n";
    assert!(Folder::new().gazetteer("test.ttl", homonym).load().is_ok());
}

#[test]
fn entry_written_twice() {
    let again = "park:甲 a yp:Park ; skos:prefLabel \"甲\"@zh .\n";
    let found = Folder::new().gazetteer("a.ttl", again).gazetteer("b.ttl", again).fault();
    assert_eq!((found.0, found.1, found.2), ("O029", 1, 1));
    let faults = Folder::new().gazetteer("a.ttl", &format!("{again}{SICHUAN}{again}")).faults();
    let found = faults.iter().find(|fault| fault.code == "O029").unwrap();
    assert_eq!(found.location.line, Some(PREFIXES.lines().count() + 4));
}

#[test]
fn codes_are_unique_and_well_formed() {
    let faults = Folder::new()
        .gazetteer(
            "test.ttl",
            "industry:甲 a yp:Industry ; skos:prefLabel \"甲\"@zh ; skos:notation \"C37\"^^yp:GBT4754 .\n\
             industry:乙 a yp:Industry ; skos:prefLabel \"乙\"@zh ; skos:notation \"C37\"^^yp:GBT4754 .\n\
             industry:丙 a yp:Industry ; skos:prefLabel \"丙\"@zh ; skos:notation \"c37\"^^yp:GBT4754 .\n",
        )
        .faults();
    let found: Vec<_> = faults.iter().map(|fault| (fault.code, fault.location.line.unwrap() - PREFIXES.lines().count())).collect();
    assert_eq!(found, [("O033", 2), ("O032", 3)]);
}

#[test]
fn relation_with_the_wrong_ends() {
    let found = one(
        "park:甲 a yp:Park ; skos:prefLabel \"甲\"@zh .\nregion:乙 a yp:Region ; skos:prefLabel \"乙\"@zh ; yp:administers park:甲 .\n",
    );
    assert_eq!((found.0, found.1), ("O031", 4));
}

#[test]
fn joint_region_of_one_member() {
    let found = one("region:成 a yp:CompositeRegion ; skos:prefLabel \"成\"@zh ; yp:comprises region:510100 .\n");
    assert_eq!((found.0, found.1, found.2), ("O034", 3, 1));
}

#[test]
fn places_that_lie_in_each_other() {
    let found = one(
        "park:甲 a yp:Park ; skos:prefLabel \"甲\"@zh ; yp:locatedIn park:乙 .\npark:乙 a yp:Park ; skos:prefLabel \"乙\"@zh ; yp:locatedIn park:甲 .\n",
    );
    assert_eq!((found.0, found.1), ("O035", 3));
}

// ── Faults of files ──

#[test]
fn broken_turtle_is_told_with_its_place_and_hides_no_other_file() {
    let folder = Folder::new()
        .gazetteer("a.ttl", "park:甲 a yp:Park ;\n  skos:prefLabel “甲”@zh .\n")
        .gazetteer("b.ttl", "park:乙 a yp:Prak ; skos:prefLabel \"乙\"@zh ; yp:locatedIn park:甲 .\n");
    let faults = folder.faults();
    let found: Vec<_> = faults.iter().map(|fault| (fault.code, fault.location.line.unwrap() - PREFIXES.lines().count())).collect();
    assert!(found.contains(&("O003", 2)) && found.contains(&("O020", 1)), "{faults:#?}");
    assert!(!found.iter().any(|(code, _)| *code == "O030"), "a missing entry may stand in the broken file: {faults:#?}");
}

#[test]
fn file_in_another_encoding() {
    let folder = Folder::new();
    fs::write(folder.0.path().join("gazetteers/a.ttl"), b"# \n# \xB3\xC9\xB6\xBC\n").unwrap();
    let faults = folder.faults();
    assert_eq!((faults[0].code, faults[0].location.line), ("O002", Some(2)));
}

#[test]
fn folder_that_is_none() {
    let faults = Ontology::load(Path::new("no/such/folder")).map(|_| ()).unwrap_err();
    assert_eq!(faults[0].code, "O001");
    let empty = tempfile::tempdir().unwrap();
    let faults = Ontology::load(empty.path()).map(|_| ()).unwrap_err();
    assert!(faults.iter().any(|fault| fault.code == "O004"));
}

#[test]
fn missing_variants_are_a_warning() {
    let folder = Folder::new();
    fs::remove_file(folder.0.path().join("variants.tsv")).unwrap();
    let (_, warnings) = folder.load().unwrap();
    assert_eq!((warnings[0].code, warnings[0].severity), ("O005", Severity::Warning));
}

// ── Faults of the vocabulary ──

#[test]
fn class_without_segment_and_term_without_label() {
    let faults = Folder::new().edit("yuanpu.ttl", "  yp:segment \"honour\" ;\n", "").faults();
    assert_eq!(faults.iter().map(|fault| fault.code).collect::<Vec<_>>(), ["O014"]);
    let faults = Folder::new().edit("yuanpu.ttl", "\"荣誉\"@zh , ", "").faults();
    assert_eq!(faults.iter().map(|fault| fault.code).collect::<Vec<_>>(), ["O013"]);
}

#[test]
fn unknown_superclass() {
    let faults = Folder::new().edit("yuanpu.ttl", "rdfs:subClassOf yp:Region ;", "rdfs:subClassOf yp:Regoin ;").faults();
    let fault = faults.iter().find(|fault| fault.code == "O010").unwrap();
    assert_eq!(fault.help.as_deref(), Some("did you mean yp:Region?"));
    assert!(fault.location.line.is_some() && fault.location.column.is_some());
}

#[test]
fn two_units_of_one_name() {
    let faults = Folder::new().edit("units.ttl", "\"公顷\"@zh", "\"亩\"@zh").faults();
    assert_eq!(faults.iter().map(|fault| fault.code).collect::<Vec<_>>(), ["O016"]);
}

#[test]
fn concept_of_no_scheme() {
    let faults = Folder::new()
        .edit("units.ttl", "yps:HectareUnit a skos:Concept ; skos:inScheme yps:UnitScheme ;", "yps:HectareUnit a skos:Concept ;")
        .faults();
    assert_eq!(faults.iter().map(|fault| fault.code).collect::<Vec<_>>(), ["O012"]);
}

#[test]
fn relation_that_the_shapes_do_not_know() {
    let faults = Folder::new().edit("shapes.ttl", "yp:uses ", "").faults();
    assert_eq!(faults.iter().map(|fault| fault.code).collect::<Vec<_>>(), ["O018"]);
}

#[test]
fn faults_are_told_in_chinese_too() {
    let folder = Folder::new().gazetteer("test.ttl", "park:甲 a yp:Prak ; skos:prefLabel \"甲\"@zh .\n");
    let faults = Ontology::load_in(folder.0.path(), Language::Zh).map(|_| ()).unwrap_err();
    assert_eq!(faults[0].message, "yp:Prak 不是实体的类");
    assert_eq!(faults[0].help.as_deref(), Some("是不是 yp:Park？"));
}

// ── Facts of the shipped gazetteers ──

fn shipped_ontology() -> Ontology {
    Ontology::load(&shipped()).unwrap().0
}

#[test]
fn divisions_are_complete_and_nested() {
    let ontology = shipped_ontology();
    let gazetteer = ontology.gazetteer();
    let in_force = |level: &str| {
        let coded = gazetteer.entries.iter().filter(|entry| &*entry.class == "Region" && entry.notation.is_some());
        coded.filter(|entry| entry.replaced_by.is_none() && entry.level.as_deref() == Some(level)).count()
    };
    assert_eq!(in_force("Provincial"), 34);
    assert!((330..345).contains(&in_force("Municipal")), "{}", in_force("Municipal"));
    assert!((2_800..3_000).contains(&in_force("County")), "{}", in_force("County"));
    let at = |code: &str| gazetteer.by_iri(&format!("https://w3id.org/yuanpu/id/region/{code}")).unwrap();
    for (inner, outer) in [("510113", "510100"), ("510184", "510000"), ("510681", "510600"), ("320505", "320000"), ("500112", "500000")] {
        assert!(gazetteer.is_within(at(inner), at(outer)), "{inner} in {outer}");
    }
    assert_eq!(gazetteer.entries[at("510113")].label, "青白江区");
    assert!(gazetteer.entries[at("510100")].names.iter().any(|name| name.text == "成都" && name.kind == NameKind::Short));
}

#[test]
fn replaced_divisions_lead_to_those_in_force() {
    let ontology = shipped_ontology();
    let gazetteer = ontology.gazetteer();
    let at = |code: &str| gazetteer.by_iri(&format!("https://w3id.org/yuanpu/id/region/{code}")).unwrap();
    assert_eq!(gazetteer.entries[at("510132")].label, "新津县");
    assert_eq!(gazetteer.current(at("510132")), at("510118"));
    assert_eq!(gazetteer.entries[at("510118")].label, "新津区");
}

#[test]
fn joint_regions_have_their_members() {
    let ontology = shipped_ontology();
    let gazetteer = ontology.gazetteer();
    let members = |name: &str| {
        let at = gazetteer.by_iri(&format!("https://w3id.org/yuanpu/id/region/{name}")).unwrap();
        let mut labels: Vec<&str> = gazetteer.entries[at].comprises.iter().map(|at| gazetteer.entries[*at].label.as_str()).collect();
        labels.sort_unstable();
        labels
    };
    assert_eq!(members("成渝"), ["成都市", "重庆市"]);
    assert_eq!(members("成德眉资"), ["德阳市", "成都市", "眉山市", "资阳市"]);
}

#[test]
fn one_character_forms_are_those_of_joint_names() {
    let ontology = shipped_ontology();
    let of = |label: &str| {
        let found = ontology.gazetteer().entries.iter().find(|entry| entry.label == label && entry.replaced_by.is_none());
        found.map(|entry| entry.one_character.clone()).unwrap_or_default()
    };
    assert!(of("成都市").contains(&"成".to_owned()) && of("成都市").contains(&"蓉".to_owned()));
    assert!(of("重庆市").contains(&"渝".to_owned()));
    assert!(of("德阳市").contains(&"德".to_owned()));
}

#[test]
fn ministries_answer_to_their_short_names() {
    let ontology = shipped_ontology();
    let short = |text: &str| {
        let bears = |names: &[yuanpu::ontology::EntryName]| names.iter().any(|name| name.text == text && name.kind == NameKind::Short);
        let found = ontology.gazetteer().entries.iter().find(|entry| bears(&entry.names));
        found.map(|entry| entry.label.as_str()).unwrap_or_default().to_owned()
    };
    assert_eq!(short("工信部"), "工业和信息化部");
    assert_eq!(short("科技部"), "科学技术部");
    assert_eq!(short("国家发展改革委"), "国家发展和改革委员会");
}

#[test]
fn national_clusters_are_on_their_lists() {
    let ontology = shipped_ontology();
    let gazetteer = ontology.gazetteer();
    let at = gazetteer.entries.iter().position(|entry| &*entry.class == "Cluster" && entry.label.contains("高端能源装备"));
    let entry = &gazetteer.entries[at.expect("the energy equipment cluster of Chengdu and Deyang")];
    assert!(!entry.listed_in.is_empty(), "{entry:?}");
    assert!(entry.listed_in.iter().all(|at| &*gazetteer.entries[*at].class == "Group"));
}
