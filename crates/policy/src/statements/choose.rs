//! `<choose>`: the first branch whose condition holds.
//!
//! ```xml
//! <choose>
//!   <when condition="@(context.Response.StatusCode == 429)"><set-status code="503" reason="Busy" /></when>
//!   <otherwise />
//! </choose>
//! ```

use super::{Action, Block};
use crate::element::Element;
use crate::exchange::Exchange;
use crate::fault::Fault;
use crate::shape::{Content, Shape, maybe, required, some};
use crate::template::{Setting, buffer};
use trace::Step;

pub(super) static SHAPE: Shape = Shape {
    name: "choose",
    attributes: &[],
    content: Content::Children(&[some(&WHEN), maybe(&OTHERWISE)]),
};
static WHEN: Shape = Shape {
    name: "when",
    attributes: &[required("condition").bool()],
    content: Content::Policies,
};
static OTHERWISE: Shape = Shape {
    name: "otherwise",
    attributes: &[],
    content: Content::Policies,
};

pub(crate) struct Choose {
    whens: Vec<When>,
    otherwise: Option<Block>,
}

struct When {
    condition: Setting<bool>,
    block: Block,
    path: String,
}

pub(super) fn parse(element: &mut Element<'_, '_, '_>) -> Action {
    let outer = element.path;
    let mut whens = Vec::new();
    let mut otherwise = None;
    for node in element.node.elements() {
        let is_when = node.name == "when";
        if !is_when && node.name != "otherwise" {
            continue;
        }
        let (shape, path) = match is_when {
            true => (&WHEN, format!("{outer}/when[{}]", whens.len() + 1)),
            false => (&OTHERWISE, format!("{outer}/otherwise[1]")),
        };
        let mut branch = Element {
            node,
            shape,
            build: element.build,
            path: &path,
        };
        if is_when {
            let condition = branch.setting_or("condition", false);
            let block = branch.block();
            whens.push(When {
                condition,
                block,
                path,
            });
        } else {
            otherwise = Some(branch.block());
        }
    }
    Action::Choose(Choose { whens, otherwise })
}

impl Choose {
    /// The branch to walk into. Conditions behind the first that holds are not evaluated.
    pub(crate) async fn pick(&self, exchange: &mut Exchange) -> Result<Option<&Block>, Fault> {
        for (at, when) in self.whens.iter().enumerate() {
            let located = |mut fault: Fault| {
                fault.path = Some(when.path.clone());
                fault
            };
            buffer(when.condition.needs(), exchange).await.map_err(located)?;
            let value = when.condition.get(exchange).map_err(located)?;
            exchange.note(Step::Decided {
                what: format!("when[{}]", at + 1),
                value,
            });
            if value {
                return Ok(Some(&when.block));
            }
        }
        Ok(self.otherwise.as_ref())
    }

    pub(crate) fn blocks(&self) -> impl Iterator<Item = &Block> {
        self.whens.iter().map(|it| &it.block).chain(&self.otherwise)
    }
}
