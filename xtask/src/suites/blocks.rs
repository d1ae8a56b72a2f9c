//! Programs in Markdown: fenced blocks, each with the output that a `text` block right behind it
//! says that it prints.

use crate::Result;

pub(super) struct Block<'a> {
    pub(super) language: &'a str,
    pub(super) line: usize,
    pub(super) text: String,
    output: Option<String>,
}

impl Block<'_> {
    /// That the program printed what the document says.
    pub(super) fn check(&self, said: &str) -> Result<()> {
        match &self.output {
            Some(output) if output != said => {
                Err(format!("prints\n{said}instead of\n{output}").into())
            }
            _ => Ok(()),
        }
    }
}

/// The blocks that are programs.
pub(super) fn programs<'a>(
    document: &'a str,
    is_program: impl Fn(&Block) -> bool,
) -> Vec<Block<'a>> {
    let mut programs: Vec<Block> = Vec::new();
    for block in fenced(document) {
        let ends_at = |program: &Block| program.line + program.text.lines().count() + 1;
        match programs.last_mut() {
            _ if is_program(&block) => programs.push(block),
            Some(program) if block.language == "text" && ends_at(program) + 2 == block.line => {
                program.output = Some(block.text);
            }
            _ => {}
        }
    }
    programs
}

fn fenced(readme: &str) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut inside = false;
    for (number, line) in readme.lines().enumerate() {
        match (inside, line.strip_prefix("```")) {
            (true, Some(_)) => inside = false,
            (true, None) => {
                if let Some(block) = blocks.last_mut() {
                    block.text += &format!("{line}\n");
                }
            }
            (false, Some(language)) => {
                inside = true;
                let (text, output) = (String::new(), None);
                blocks.push(Block { language, line: number + 1, text, output });
            }
            (false, None) => {}
        }
    }
    blocks
}
