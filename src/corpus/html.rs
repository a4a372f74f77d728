//! HTML to the text that a reader sees: no head, scripts, navigation, headers, asides, footers or hidden parts; a line per block, a tab
//! between the cells of a table row; entities decoded and white space collapsed as a browser does it. The text is made once,
//! here, and offsets count in it.

use scraper::node::Element;
use scraper::{Html, Node, Selector};

use super::metadata::{calendar_date, people};
use crate::model::Metadata;

/// Elements that hold no text of the document.
const LEFT_OUT: &[&str] = &[
    "head", "script", "style", "nav", "header", "aside", "footer", "noscript", "template", "svg", "math", "iframe", "object", "canvas",
    "audio", "video", "select", "button", "textarea", "datalist",
];
/// Elements that stand on lines of their own.
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "blockquote",
    "body",
    "br",
    "caption",
    "center",
    "dd",
    "details",
    "dialog",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hgroup",
    "hr",
    "legend",
    "li",
    "main",
    "menu",
    "ol",
    "p",
    "pre",
    "search",
    "section",
    "summary",
    "table",
    "tbody",
    "tfoot",
    "thead",
    "tr",
    "ul",
];
/// A cell with more text than this, in bytes, is taken for layout.
const LONGEST_CELL: usize = 600;

/// The `charset` that the first 4 KiB declare.
pub(super) fn declared_encoding(bytes: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(4096)]).to_ascii_lowercase();
    let after = head.split_once("charset")?.1.trim_start().strip_prefix('=')?.trim_start_matches([' ', '"', '\'']);
    let label: String = after.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect();
    (!label.is_empty()).then_some(label)
}

/// The visible text and the metadata of a page.
pub(super) fn read(page: &str) -> (String, Metadata) {
    let tree = Html::parse_document(page);
    (visible_text(&tree), facts(&tree))
}

/// Walks the tree without recursion, so that deep nesting costs no stack.
fn visible_text(tree: &Html) -> String {
    let mut text = VisibleText::default();
    let root = *tree.root_element();
    let mut node = root;
    loop {
        let is_entered = text.open(node.value());
        if let Some(child) = node.first_child().filter(|_| is_entered) {
            node = child;
            continue;
        }
        loop {
            text.close(node.value());
            if node == root {
                return text.out;
            }
            if let Some(next) = node.next_sibling() {
                node = next;
                break;
            }
            let Some(parent) = node.parent() else { return text.out };
            node = parent;
        }
    }
}

fn facts(tree: &Html) -> Metadata {
    let mut facts = PageFacts::default();
    if let Ok(selector) = Selector::parse("head > title, meta, link[rel=canonical]") {
        for element in tree.select(&selector) {
            match element.value().name() {
                "title" => facts.title(&element.text().collect::<String>()),
                _ => facts.tag(element.value()),
            }
        }
    }
    facts.finish()
}

fn is_left_out(element: &Element) -> bool {
    let hidden_by_style = || {
        element.attr("style").is_some_and(|style| {
            let style: String = style.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
            style.contains("display:none") || style.contains("visibility:hidden")
        })
    };
    LEFT_OUT.contains(&element.name()) || element.attr("hidden").is_some() || hidden_by_style()
}

/// White space between two pieces of text.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    #[default]
    None,
    /// A line end of the source inside running text: a space, or nothing between two Chinese characters.
    Wrap,
    Space,
    Line,
}

/// One open table row.
struct Row {
    /// Length of the text when the row began.
    start: usize,
    cells: Vec<Cell>,
}

struct Cell {
    start: usize,
    end: usize,
    holds_table: bool,
}

#[derive(Default)]
struct VisibleText {
    out: String,
    gap: Gap,
    preformatted: usize,
    rows: Vec<Row>,
}

impl VisibleText {
    /// Whether to go into the node.
    fn open(&mut self, node: &Node) -> bool {
        let element = match node {
            Node::Text(text) => {
                self.push(text);
                return false;
            }
            Node::Element(element) => element,
            _ => return false,
        };
        if is_left_out(element) {
            return false;
        }
        let name = element.name();
        self.break_at(name);
        match name {
            "pre" => self.preformatted += 1,
            "table" => self.rows.iter_mut().filter_map(|row| row.cells.last_mut()).for_each(|cell| cell.holds_table = true),
            "tr" => self.rows.push(Row { start: self.out.len(), cells: Vec::new() }),
            "td" | "th" => self.open_cell(),
            _ => {}
        }
        true
    }

    fn close(&mut self, node: &Node) {
        let Node::Element(element) = node else { return };
        if is_left_out(element) {
            return;
        }
        let name = element.name();
        match name {
            "pre" => self.preformatted = self.preformatted.saturating_sub(1),
            "td" | "th" => {
                let end = self.out.len();
                if let Some(cell) = self.rows.last_mut().and_then(|row| row.cells.last_mut()) {
                    cell.end = end;
                }
            }
            "tr" => self.close_row(),
            _ => {}
        }
        self.break_at(name);
    }

    fn break_at(&mut self, name: &str) {
        if BLOCKS.contains(&name) {
            self.gap = Gap::Line;
        }
    }

    fn open_cell(&mut self) {
        let Some(row) = self.rows.last_mut() else { return };
        if !row.cells.is_empty() {
            if self.out.len() == row.start && self.gap == Gap::Line && !self.out.is_empty() {
                self.out.push('\n');
            }
            self.out.push('\t');
            self.gap = Gap::None;
        }
        row.cells.push(Cell { start: self.out.len(), end: self.out.len(), holds_table: false });
    }

    /// In a row of data, a cell is one line; in a row that serves layout, each cell is a passage of its own. The two
    /// are told apart only now. Each change puts one byte for one byte, so that positions stay.
    fn close_row(&mut self) {
        let Some(row) = self.rows.pop() else { return };
        if row.cells.len() < 2 {
            return;
        }
        let is_layout = row.cells.iter().any(|cell| cell.holds_table || cell.end.saturating_sub(cell.start) > LONGEST_CELL);
        for (at, cell) in row.cells.iter().enumerate() {
            if is_layout && at > 0 {
                self.out.replace_range(cell.start - 1..cell.start, "\n");
            } else if !is_layout && cell.start < cell.end {
                let first = self.out[cell.start..cell.end].len() - self.out[cell.start..cell.end].trim_start_matches('\n').len();
                let one_line = self.out[cell.start + first..cell.end].replace('\n', " ");
                self.out.replace_range(cell.start + first..cell.end, &one_line);
            }
        }
    }

    fn push(&mut self, text: &str) {
        if self.preformatted > 0 {
            self.flush(text.chars().next());
            self.out.push_str(text);
            return;
        }
        let mut rest = text;
        while !rest.is_empty() {
            let words = rest.trim_start_matches(is_html_space);
            let space = &rest[..rest.len() - words.len()];
            if !space.is_empty() {
                self.gap = self.gap.max(if space.contains('\n') { Gap::Wrap } else { Gap::Space });
            }
            let end = words.find(is_html_space).unwrap_or(words.len());
            if end > 0 {
                self.flush(words.chars().next());
                self.out.push_str(&words[..end]);
            }
            rest = &words[end..];
        }
    }

    /// Writes the white space that stands before `next`.
    fn flush(&mut self, next: Option<char>) {
        let last = self.out.chars().next_back();
        match (std::mem::take(&mut self.gap), last) {
            (Gap::None, _) | (_, None | Some('\t' | '\n')) => {}
            (Gap::Wrap, Some(last)) if is_wide(last) && next.is_some_and(is_wide) => {}
            (Gap::Wrap | Gap::Space, _) => self.out.push(' '),
            (Gap::Line, _) => self.out.push('\n'),
        }
    }
}

fn is_html_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{C}')
}

/// Chinese characters and full-width marks: between two of them, CSS drops a line end of the source.
fn is_wide(c: char) -> bool {
    matches!(c, '\u{2E80}'..='\u{303F}' | '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{FF01}'..='\u{FF60}' | '\u{20000}'..='\u{3FFFF}')
}

/// Meta tags and the title; how much a source is trusted decides between several of them.
#[derive(Default)]
struct PageFacts {
    metadata: Metadata,
    title: Option<(u8, String)>,
    publisher: Option<(u8, String)>,
    date: Option<(u8, String)>,
    source: Option<(u8, String)>,
}

impl PageFacts {
    fn title(&mut self, text: &str) {
        best(&mut self.title, 3, &text.split_ascii_whitespace().collect::<Vec<_>>().join(" "));
    }

    fn tag(&mut self, element: &Element) {
        let key = element.attr("name").or_else(|| element.attr("property"));
        if let (Some(key), Some(content)) = (key, element.attr("content")) {
            self.meta(&key.trim().to_ascii_lowercase(), content.trim());
        } else if let Some(address) = element.attr("href") {
            best(&mut self.source, 0, address);
        }
    }

    fn meta(&mut self, key: &str, content: &str) {
        let is_address = content.starts_with("http://") || content.starts_with("https://");
        match key {
            "articletitle" => best(&mut self.title, 0, content),
            "dc.title" | "dcterms.title" => best(&mut self.title, 1, content),
            "og:title" => best(&mut self.title, 2, content),
            "og:url" | "dc.identifier" | "dcterms.identifier" | "url" | "dc.source" | "dcterms.source" | "source" if is_address => {
                best(&mut self.source, 1, content);
            }
            "contentsource" | "source" | "dc.source" | "dcterms.source" => best(&mut self.publisher, 0, content),
            "publisher" | "dc.publisher" | "dcterms.publisher" => best(&mut self.publisher, 1, content),
            "og:site_name" | "sitename" => best(&mut self.publisher, 2, content),
            "pubdate" | "publishdate" | "article:published_time" | "dc.date" | "dcterms.issued" | "dc.date.issued" | "date" => {
                match calendar_date(content) {
                    Some(date) => best(&mut self.date, u8::from(key == "date"), &date),
                    None => self.other(key, content),
                }
            }
            "author" | "dc.creator" | "dcterms.creator" | "article:author" if !is_address => {
                let known = &self.metadata.creators;
                let new: Vec<String> = people(content).filter(|name| !known.contains(name)).collect();
                self.metadata.creators.extend(new);
            }
            "description" | "og:description" | "dc.description" => self.other("description", content),
            "keywords" | "columnname" | "dc.subject" => self.other(key, content),
            _ => {}
        }
    }

    fn other(&mut self, key: &str, content: &str) {
        if !content.is_empty() {
            self.metadata.other.entry(key.to_owned()).or_insert_with(|| content.to_owned());
        }
    }

    fn finish(self) -> Metadata {
        let value = |field: Option<(u8, String)>| field.map(|(_, value)| value);
        Metadata {
            title: value(self.title),
            publisher: value(self.publisher),
            date: value(self.date),
            source: value(self.source),
            ..self.metadata
        }
    }
}

/// Keeps the value of the lowest rank, the first among equals.
fn best(field: &mut Option<(u8, String)>, rank: u8, value: &str) {
    if !value.is_empty() && field.as_ref().is_none_or(|(held, _)| rank < *held) {
        *field = Some((rank, value.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(page: &str) -> String {
        read(page).0
    }

    #[test]
    fn page_furniture_and_hidden_parts_are_left_out() {
        let page = "<html><head><title>名片</title><style>p{}</style></head><body><header>门户</header><nav><a>首页</a></nav>\
            <main><p>正文<script>var a='天津经开区'</script></p><p style='display: none'>暗</p><p hidden>藏</p></main>\
            <aside>相关</aside><template>模</template><footer>备案</footer><!-- 注 --></body></html>";
        assert_eq!(text(page), "正文");
    }

    #[test]
    fn blocks_stand_on_lines_and_white_space_collapses() {
        let page = "<h1>园区\n名片</h1>\n<p>  重庆\t西永  <b>微电</b>园\n（简称“西永”）。<br>第二行\n</p><ul><li>a\n b</li><li>乙&nbsp;丙&#x4E01;&amp;</li></ul>";
        assert_eq!(text(page), "园区名片\n重庆 西永 微电园（简称“西永”）。\n第二行\na b\n乙\u{A0}丙丁&");
    }

    #[test]
    fn a_table_gives_a_line_per_row_with_tabs() {
        let page = "<table><caption>集群名单</caption><tr><th>名称</th><th>级别</th></tr>\n<tr><td><p>电子信息</p><p>集群</p></td><td>国家级</td></tr>\
            <tr><td></td><td>省级</td></tr><tr><td colspan=2>合计</td></tr></table><p>注</p>";
        assert_eq!(text(page), "集群名单\n名称\t级别\n电子信息 集群\t国家级\n\t省级\n合计\n注");
    }

    #[test]
    fn tables_that_serve_layout_keep_their_paragraphs() {
        let page = "<table><tr><td>左栏</td><td><p>甲</p><p>乙</p><table><tr><td>一</td><td>二</td></tr></table></td></tr></table>";
        assert_eq!(text(page), "左栏\n甲\n乙\n一\t二");
        let single = "<table><tr><td><p>甲</p><p>乙</p></td></tr></table>";
        assert_eq!(text(single), "甲\n乙");
    }

    #[test]
    fn preformatted_text_keeps_its_white_space() {
        assert_eq!(text("<p>表</p><pre>a  b\n c</pre><p>完"), "表\na  b\n c\n完");
    }

    #[test]
    fn meta_tags_of_government_and_news_pages_are_understood() {
        let page = "<head><title>园区名片 - 四川省人民政府</title><meta name='ArticleTitle' content='园区名片'><meta name='PubDate' content='2024-05-06 10:00'>\
            <meta name='ContentSource' content='四川日报'><meta name='SiteName' content='四川省人民政府'><meta name='Author' content='钟文；张伟'>\
            <meta property='og:url' content='https://example.org/a'><meta name='Keywords' content='园区'></head><body>正文";
        let metadata = read(page).1;
        assert_eq!(metadata.title.as_deref(), Some("园区名片"));
        assert_eq!(metadata.publisher.as_deref(), Some("四川日报"));
        assert_eq!(metadata.date.as_deref(), Some("2024-05-06"));
        assert_eq!(metadata.creators, ["钟文", "张伟"]);
        assert_eq!(metadata.source.as_deref(), Some("https://example.org/a"));
        assert_eq!(read("<title> 园区\n名片 </title>正文").1.title.as_deref(), Some("园区 名片"));
    }

    #[test]
    fn the_declared_encoding_is_found_in_both_forms() {
        assert_eq!(declared_encoding(b"<meta charset=\"GB2312\">").as_deref(), Some("gb2312"));
        assert_eq!(declared_encoding(b"<meta http-equiv=Content-Type content='text/html; charset=big5'>").as_deref(), Some("big5"));
        assert_eq!(declared_encoding(b"<p>charset</p>"), None);
    }

    #[test]
    fn deep_nesting_is_walked_without_recursion() {
        assert_eq!(text(&format!("{}园区", "<div>".repeat(3000))), "园区");
    }

    proptest! {
        #[test]
        fn any_markup_can_be_read(page in "(<(/)?(table|tr|td|p|div|pre|br|ul|li|b|nav)>|[a-z园区 \\n\\t&;]){0,60}") {
            let text = text(&page);
            prop_assert!(page.contains("<pre>") || !(text.starts_with(' ') || text.contains("  ")), "{text:?}");
        }
    }
}
