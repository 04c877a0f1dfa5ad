//! `new`.

use super::overloads::Candidate;
use super::places::Target;
use super::{Checker, Typed};
use crate::Value;
use crate::eval::cast::default_of;
use crate::eval::code::{Call, Code};
use crate::library::{MemberKind, TypeKind, def_of};
use crate::syntax::tree::{Argument, Expr, InitialValue, Initializer, Name, TypeSyntax};
use crate::types::Type;
use source::{Diagnostic, Span};

impl Checker<'_> {
    /// `new T(args) { ... }`.
    pub(super) fn creation(
        &mut self,
        ty: &TypeSyntax,
        args: &[Argument],
        initializer: Option<&Initializer>,
        span: Span,
    ) -> Typed {
        let resolved = self.resolve(ty);
        self.creation_of(&resolved, args, initializer, ty.span, span)
    }

    /// The same for a type that is known already.
    pub(super) fn creation_of(
        &mut self,
        ty: &Type,
        args: &[Argument],
        initializer: Option<&Initializer>,
        type_span: Span,
        span: Span,
    ) -> Typed {
        let made = self.construct(ty, args, type_span, span);
        let Some(initializer) = initializer else {
            return made;
        };
        if made.ty.is_error() {
            return made;
        }
        let slot = self.temporary();
        let mut codes = vec![Code::SetLocal(slot, Box::new(made.code))];
        let object = Typed::new(Code::Local(slot), made.ty.clone());
        self.initialize(&object, initializer, &mut codes, span);
        codes.push(Code::Local(slot));
        Typed::new(Code::Sequence(codes.into()), made.ty)
    }

    fn construct(&mut self, ty: &Type, args: &[Argument], type_span: Span, _: Span) -> Typed {
        let args = self.arguments(args);
        if ty.is_error() {
            return Typed::error();
        }
        if ty.is_delegate()
            && let [arg] = args.as_slice()
        {
            return self.pass(arg.clone(), ty);
        }
        let rows = def_of(ty).map_or(&[][..], |def| def.0.rows());
        let candidates: Vec<Candidate> = rows
            .iter()
            .filter(|row| row.kind() == MemberKind::Constructor)
            .map(|row| Candidate::of(row, ty.args().to_vec(), 0))
            .collect();
        if args.is_empty() && ty.is_value() && !candidates.iter().any(|it| it.params.is_empty()) {
            return Typed::new(Code::Const(default_of(ty)), ty.clone());
        }
        if candidates.is_empty() {
            let abstract_kind = matches!(ty, Type::Class(def, _) if matches!(def.0.kind, TypeKind::Interface | TypeKind::Static));
            let message = match abstract_kind {
                true => format!("`{ty}` cannot be made with `new`"),
                false => format!("`{ty}` has no constructor here"),
            };
            return self.type_error(message, type_span);
        }
        match self.overload(&candidates, &args, &[]) {
            Ok(fitted) => {
                let Some(row) = fitted.candidate.row else {
                    return Typed::error();
                };
                self.allowed(row, type_span);
                let (codes, outs) = self.emit(&fitted, args);
                let types = fitted.types.into_boxed_slice();
                let call = Call {
                    body: row.member.get,
                    args: codes,
                    types,
                    receiver: false,
                    outs,
                };
                Typed::new(Code::Call(Box::new(call)), ty.clone())
            }
            Err(misfit) => {
                let name = Name {
                    text: format!("new {ty}"),
                    types: Vec::new(),
                    span: type_span,
                };
                let group = super::members::Group {
                    receiver: super::members::Receiver::Static(ty.clone()),
                    name,
                };
                self.misfit(&group, &candidates, &args, misfit, false)
            }
        }
    }

    fn initialize(&mut self, object: &Typed, initializer: &Initializer, codes: &mut Vec<Code>, span: Span) {
        match initializer {
            Initializer::Members(members) => {
                for (name, value) in members {
                    match value {
                        InitialValue::Value(value) => {
                            let target = self.member_target(object.clone(), name);
                            self.initialize_target(target, value, codes);
                        }
                        InitialValue::Nested(nested) => {
                            let member =
                                self.members(&object.ty, &name.text, |kind| kind == MemberKind::Property);
                            match member.into_iter().next() {
                                Some(found) => {
                                    let member = self.property(object.clone(), &found, name);
                                    self.initialize_nested(member, nested, codes, span);
                                }
                                None => drop(self.unknown_member(&object.ty, name)),
                            }
                        }
                    }
                }
            }
            Initializer::Indexed(entries) => {
                for (args, value) in entries {
                    match value {
                        InitialValue::Value(value) => {
                            let target = self.index_target(object.clone(), args, span);
                            self.initialize_target(target, value, codes);
                        }
                        InitialValue::Nested(nested) => {
                            let element = self.index(object.clone(), args, span);
                            self.initialize_nested(element, nested, codes, span);
                        }
                    }
                }
            }
            Initializer::Elements(elements) => {
                for args in elements {
                    codes.push(self.add_element(object, args, span));
                }
            }
        }
    }

    fn initialize_target(&mut self, mut target: Target, value: &Expr, codes: &mut Vec<Code>) {
        let ty = target.ty();
        codes.extend(target.setup());
        let value = self.expect(value, &ty);
        codes.push(target.write(value.code));
    }

    fn initialize_nested(&mut self, object: Typed, nested: &Initializer, codes: &mut Vec<Code>, span: Span) {
        let slot = self.temporary();
        codes.push(Code::SetLocal(slot, Box::new(object.code)));
        let object = Typed::new(Code::Local(slot), object.ty);
        self.initialize(&object, nested, codes, span);
    }

    // An element of a collection initializer: a call of `Add`.
    fn add_element(&mut self, object: &Typed, args: &[Expr], span: Span) -> Code {
        let given: Vec<_> = args
            .iter()
            .map(|arg| super::arguments::Arg {
                name: None,
                mode: crate::syntax::tree::ArgumentMode::Value,
                span: arg.span,
                form: self.form(arg),
            })
            .collect();
        let at = args.first().map_or(span, |it| it.span);
        let name = Name {
            text: "Add".to_owned(),
            types: Vec::new(),
            span: at,
        };
        if self
            .members(&object.ty, "Add", |kind| kind == MemberKind::Method)
            .is_empty()
        {
            let message = format!("`{}` takes no elements in braces", object.ty);
            return self.type_error(message, at).code;
        }
        let group = super::members::Group {
            receiver: super::members::Receiver::Value(object.clone()),
            name,
        };
        self.call_group(group, given, at).code
    }

    // ---- arrays

    /// `new T[n]`, `new T[] { ... }`, `new[] { ... }`.
    pub(super) fn array_creation(
        &mut self,
        element: Option<&TypeSyntax>,
        length: Option<&Expr>,
        items: Option<&[Expr]>,
        span: Span,
    ) -> Typed {
        let element = match (element, items) {
            (Some(element), _) => self.resolve(element),
            (None, Some(items)) => return self.implicit_array(items, span),
            (None, None) => return Typed::error(),
        };
        let length = length.map(|it| {
            let value = self.value(it);
            let wide = matches!(value.ty, Type::Long | Type::UInt | Type::ULong);
            let ty = if wide { Type::Long } else { Type::Int };
            let value = self.converted(value, &ty, it.span);
            if value.constant.as_ref().is_some_and(|length| length.long() < 0) {
                return self.type_error("an array cannot have a negative length".to_owned(), it.span);
            }
            value
        });
        match (items, length) {
            (Some(items), length) => {
                let wrong =
                    length.is_some_and(|it| it.constant.is_none_or(|it| it.long() != items.len() as i64));
                if wrong {
                    self.type_error(format!("there are {} elements", items.len()), span);
                }
                self.array_initializer(items, &Type::array(element), span)
            }
            (None, Some(length)) => {
                let default = default_of(&element);
                let ty = Type::array(element.clone());
                Typed::new(Code::SizedArray(Box::new((element, length.code, default))), ty)
            }
            (None, None) => self.type_error("an array needs a length or elements", span),
        }
    }

    /// `{ a, b }` as an array of a known type.
    pub(super) fn array_initializer(&mut self, items: &[Expr], ty: &Type, span: Span) -> Typed {
        let Type::Array(element) = ty else {
            if ty.is_error() {
                return Typed::error();
            }
            return self.type_error(format!("`{ty}` is no array"), span);
        };
        let codes = items.iter().map(|item| self.expect(item, element).code).collect();
        Typed::new(Code::Array(Box::new(((**element).clone(), codes))), ty.clone())
    }

    fn implicit_array(&mut self, items: &[Expr], span: Span) -> Typed {
        let values: Vec<Typed> = items.iter().map(|item| self.value(item)).collect();
        if values.iter().any(|it| it.ty.is_error()) {
            return Typed::error();
        }
        let types: Vec<(Type, Option<Value>)> = values
            .iter()
            .map(|it| (it.ty.clone(), it.constant.clone()))
            .collect();
        let element = self
            .common(&types)
            .filter(|it| !matches!(it, Type::Null | Type::Error | Type::Void));
        let Some(element) = element else {
            let message = "no type fits all of these elements";
            self.report(
                Diagnostic::error("expression-type", message, span).help("write it: `new object[] { ... }`"),
            );
            return Typed::error();
        };
        let mut codes = Vec::new();
        for (value, item) in values.into_iter().zip(items) {
            codes.push(self.converted(value, &element, item.span).code);
        }
        Typed::new(
            Code::Array(Box::new((element.clone(), codes))),
            Type::array(element),
        )
    }

    /// `new { a = 1 }`.
    pub(super) fn anonymous(&mut self, members: &[(String, Expr)]) -> Typed {
        let (mut types, mut codes): (Vec<(std::sync::Arc<str>, Type)>, Vec<Code>) = (Vec::new(), Vec::new());
        for (name, item) in members {
            let value = self.value(item);
            if value.is_null() {
                self.type_error(format!("the type of `{name}` is not known"), item.span);
            }
            if types.iter().any(|(it, _)| **it == **name) {
                self.error(
                    "expression-duplicate",
                    format!("there is a second `{name}`"),
                    item.span,
                );
            }
            types.push((name.as_str().into(), value.ty));
            codes.push(value.code);
        }
        let ty = Type::Anonymous(types.into());
        Typed::new(Code::Record(Box::new((ty.clone(), codes))), ty)
    }
}
