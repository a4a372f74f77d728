//! What `yuanpu` alone prints: purpose, three examples, the commands by purpose. At most 25 lines.

use std::io::Write;

use yuanpu::model::Language;

use super::outcome::{CliError, Outcome};
use super::settings::Settings;

const ZH: &str = "\
园谱 yuanpu: 把区域产业的政策文件与新闻读成知识图谱，每条关系都附原文证据

示例
  yuanpu build data/documents                            读一个文件夹，建成图谱
  yuanpu query cq-01-clusters-of-region --region 成都市  回答一个现成的问题
  yuanpu dot 成都市 --render svg -o 成都.svg             画出一个实体的关系

建图    build     文件 → 图谱                extract   单篇文件 → 它的图
查询    query     SPARQL、查询文件、现成问题   find      按名称、简称、繁简查找
        show      一个实体的来龙去脉           explain   关系的证据，逐字引用
        path      两个实体之间的路径           stats     数量与覆盖
输出    export    Turtle、N-Quads、JSON-LD 等  dot       关系图
        serve     HTTP 服务
质量    validate  图谱自检                    evaluate  与人工标注比较
        check     检查本体与规则              train     由标注训练权重
其他    completions  命令行补全

yuanpu 命令 --help 看用法；--lang en 用英文
";

const EN: &str = "\
yuanpu 园谱: reads policy text and news on regional industry into a graph that quotes its evidence

Examples
  yuanpu build data/documents                            read a folder into the graph
  yuanpu query cq-01-clusters-of-region --region 成都市  answer a ready-made question
  yuanpu dot 成都市 --render svg -o chengdu.svg          draw what surrounds an entity

Make    build     documents to graph            extract   one document to its graph
Ask     query     SPARQL, file or named query   find      names and parts of them, 简/繁
        show      facts about an entity         explain   the evidence, quoted in place
        path      ways between two entities     stats     counts and coverage
Give    export    Turtle, N-Quads, JSON-LD …    dot       a drawing of relationships
        serve     HTTP endpoint
Trust   validate  check the graph               evaluate  compare with annotations
        check     check ontology and rules      train     learn weights from annotations
Other   completions  for your shell

yuanpu COMMAND --help shows how; --lang zh for Chinese
";

/// Prints the overview in the user's language.
pub fn print(settings: &Settings) -> Result<Outcome, CliError> {
    let text = match settings.language {
        Language::Zh => ZH,
        Language::En => EN,
    };
    std::io::stdout().lock().write_all(text.as_bytes())?;
    Ok(Outcome::Done)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_overview_fits_a_small_terminal() {
        for text in [super::ZH, super::EN] {
            assert!(text.lines().count() <= 25);
            assert!(text.lines().all(|line| unicode_width::UnicodeWidthStr::width(line) <= 100));
        }
    }
}
