use serde_json::Value;

/// A JSON text whose lines know which value they hold.
pub(crate) struct File {
    pub(crate) text: String,
    /// The JSON pointer of each line, from the first on.
    pub(crate) pointers: Vec<String>,
}

/// Writes a value with one scalar on a line.
pub(crate) fn write(value: &Value) -> File {
    let mut file = File {
        text: String::new(),
        pointers: vec![String::new()],
    };
    file.value(value, "", 0);
    file.text.push('\n');
    file
}

impl File {
    fn line(&mut self, pointer: &str, depth: usize) {
        self.text.push('\n');
        self.text.push_str(&"  ".repeat(depth));
        self.pointers.push(pointer.to_owned());
    }

    fn value(&mut self, value: &Value, pointer: &str, depth: usize) {
        match value {
            Value::Object(object) if !object.is_empty() => {
                self.text.push('{');
                for (at, (name, value)) in object.iter().enumerate() {
                    let inner = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
                    self.comma(at);
                    self.line(&inner, depth + 1);
                    self.text.push_str(&Value::from(name.as_str()).to_string());
                    self.text.push_str(": ");
                    self.value(value, &inner, depth + 1);
                }
                self.line(pointer, depth);
                self.text.push('}');
            }
            Value::Array(list) if !list.is_empty() => {
                self.text.push('[');
                for (at, value) in list.iter().enumerate() {
                    let inner = format!("{pointer}/{at}");
                    self.comma(at);
                    self.line(&inner, depth + 1);
                    self.value(value, &inner, depth + 1);
                }
                self.line(pointer, depth);
                self.text.push(']');
            }
            scalar => self.text.push_str(&scalar.to_string()),
        }
    }

    fn comma(&mut self, at: usize) {
        if at > 0 {
            self.text.push(',');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_line_knows_what_it_holds() {
        let value = json!({"a": [1, {"b/c": "x\ny"}], "d": {}});
        let file = write(&value);
        assert_eq!(serde_json::from_str::<Value>(&file.text).expect("json"), value);
        let line = file
            .text
            .lines()
            .position(|line| line.contains("b/c"))
            .expect("there");
        assert_eq!(file.pointers[line], "/a/1/b~1c");
        assert_eq!(file.pointers.len(), file.text.lines().count());
    }
}
