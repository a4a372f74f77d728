//! Which types of the annotation scheme play which part in extraction, looked up once by name.

use super::compiled::Knowledge;

/// Indices of types and word groups that code refers to.
pub(in crate::extract) struct Roles {
    pub region: u8,
    pub industry: u8,
    pub person: u8,
    pub honour: u8,
    pub park: u8,
    pub cluster: u8,
    pub chain: u8,
    pub media: u8,
    pub body: u8,
    pub enterprise: u8,
    pub event: u8,
    pub policy: u8,
    pub initiative: u8,
    /// Word groups: levels of places of several characters, words before a level that leave the place open, words that refer back to a
    /// place, to places that were told, to a park, to an institution.
    pub region_level: Option<u16>,
    pub region_any: Option<u16>,
    pub region_back: Option<u16>,
    pub region_counted: Option<u16>,
    pub park_back: Option<u16>,
    pub institution_back: Option<u16>,
    /// By type: a place inside such a name is mentioned by it.
    pub holds_places: Vec<bool>,
    /// By type: a park inside such a name is mentioned by it.
    pub holds_parks: Vec<bool>,
    /// By type: a cluster or chain of a listed industry inside such a name is mentioned by it.
    pub holds_chains: Vec<bool>,
    /// By type: a region that is no administrative division and begins such a name is mentioned by it.
    pub holds_joint: Vec<bool>,
    /// By type: whether it is a kind of institution.
    pub institution: Vec<bool>,
    /// By type: verbs and function words end its names.
    pub soft: Vec<bool>,
    /// By type: common words and a head make no name of it.
    pub proper: Vec<bool>,
    /// By type: a name may begin with the bare level of its place (省财政厅).
    pub short: Vec<bool>,
    /// By type: a listed name is taken even where the tagger saw none.
    pub listed: Vec<bool>,
    /// By type: figures may be of such a thing.
    pub has_figures: Vec<bool>,
    /// By type: such a name holds its industry.
    pub holds_industry: Vec<bool>,
    /// By type: the industry need not be listed.
    pub any_industry: Vec<bool>,
}

impl Roles {
    /// Looks the types up; a type that the scheme lacks is given an index that no mention has.
    pub fn new(knowledge: &Knowledge) -> Self {
        let of = |name: &str| knowledge.type_index(name).unwrap_or(u8::MAX);
        let institution = knowledge.type_index("Media").map(|media| knowledge.types[usize::from(media)].class.clone());
        let by = |test: &dyn Fn(&super::scheme::TypeInfo) -> bool| knowledge.types.iter().map(test).collect();
        Self {
            region: of("Region"),
            industry: of("Industry"),
            person: of("Person"),
            honour: of("Honour"),
            park: of("IndustrialPark"),
            cluster: of("Cluster"),
            chain: of("IndustryChain"),
            media: of("Media"),
            body: of("GovernmentBody"),
            enterprise: of("Enterprise"),
            event: of("Event"),
            policy: of("PolicyDocument"),
            initiative: of("Initiative"),
            region_level: knowledge.group("region.level"),
            region_any: knowledge.group("region.any"),
            region_back: knowledge.group("region.back"),
            region_counted: knowledge.group("region.counted"),
            park_back: knowledge.group("park.back"),
            institution_back: knowledge.group("institution.back"),
            holds_places: by(&|t| t.places),
            holds_parks: by(&|t| t.parks),
            holds_chains: by(&|t| t.chains),
            holds_joint: by(&|t| t.joint),
            institution: by(&|t| Some(&t.class) == institution.as_ref()),
            soft: (0..knowledge.types.len())
                .map(|t| knowledge.grammar.heads.iter().any(|h| usize::from(h.kind_of) == t && h.soft))
                .collect(),
            proper: by(&|t| t.proper),
            short: by(&|t| t.short),
            listed: by(&|t| t.listed),
            has_figures: by(&|t| t.figures),
            holds_industry: by(&|t| t.industry.is_some()),
            any_industry: by(&|t| t.industry.as_deref() == Some("any")),
        }
    }
}
