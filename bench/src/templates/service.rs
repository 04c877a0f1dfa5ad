use std::path::Path;

/// A gateway whose answers tell which Bicep file, which policy and which parameters they come from.
const MAIN: &str = "
param version string
var own = '{bicep}'
resource gateway 'Microsoft.ApiManagement/service@2024-05-01' = {
  name: 'changing'
  location: resourceGroup().location
  sku: { name: 'BasicV2', capacity: 1 }
  properties: { publisherName: 'x', publisherEmail: 'x@example.com' }
}
resource api 'Microsoft.ApiManagement/service/apis@2024-05-01' = {
  parent: gateway
  name: 'echo'
  properties: { displayName: 'Echo', path: 'echo', protocols: [ 'https' ], subscriptionRequired: false }
}
resource operation 'Microsoft.ApiManagement/service/apis/operations@2024-05-01' = {
  parent: api
  name: 'get'
  properties: { displayName: 'Get', method: 'GET', urlTemplate: '/' }
}
resource policy 'Microsoft.ApiManagement/service/apis/policies@2024-05-01' = {
  parent: api
  name: 'policy'
  properties: { format: 'rawxml', value: replace(loadTextContent('policy.xml'), '{version}', '${own}-${version}') }
}
output url string = '${gateway.properties.gatewayUrl}/echo/'
";

const POLICY: &str = "<policies>
  <inbound>
    <return-response>
      <set-status code=\"200\" reason=\"OK\" />
      <set-header name=\"x-version\" exists-action=\"override\"><value>{version}-{policy}</value></set-header>
    </return-response>
  </inbound>
  <backend />
  <outbound />
  <on-error />
</policies>
";

const MANY: &str = "
resource values 'Microsoft.ApiManagement/service/namedValues@2024-05-01' = [for i in range(0, 300): {
  parent: gateway
  name: 'value-${i}'
  properties: { displayName: 'value-${i}', value: uniqueString(resourceGroup().id, string(i)) }
}]
";

/// Which version each of the three files is of.
#[derive(Clone, Copy, Default)]
pub(crate) struct Versions {
    pub(crate) bicep: usize,
    pub(crate) policy: usize,
    pub(crate) parameters: usize,
}

impl Versions {
    /// The value of the header that answers carry.
    pub(crate) fn shown(self) -> String {
        format!("{}-{}-{}", self.bicep, self.parameters, self.policy)
    }

    pub(crate) fn write_all(self, folder: &Path) -> std::io::Result<()> {
        self.write(folder, 0)?;
        self.write(folder, 1)?;
        self.write(folder, 2)
    }

    /// Writes one of the three files.
    pub(crate) fn write(self, folder: &Path, file: usize) -> std::io::Result<()> {
        match file {
            0 => std::fs::write(
                folder.join("main.bicep"),
                MAIN.replace("{bicep}", &self.bicep.to_string()),
            ),
            1 => std::fs::write(
                folder.join("policy.xml"),
                POLICY.replace("{policy}", &self.policy.to_string()),
            ),
            _ => std::fs::write(
                folder.join("params.json"),
                format!(
                    r#"{{ "parameters": {{ "version": {{ "value": "{}" }} }} }}"#,
                    self.parameters
                ),
            ),
        }
    }

    /// Writes one of the three files with a mistake in it.
    pub(crate) fn write_wrong(self, folder: &Path, file: usize) -> std::io::Result<()> {
        match file {
            0 => std::fs::write(
                folder.join("main.bicep"),
                MAIN.replace("parent: api", "parent: ap"),
            ),
            1 => std::fs::write(
                folder.join("policy.xml"),
                POLICY.replace("set-status", "set-statsu"),
            ),
            _ => std::fs::write(
                folder.join("params.json"),
                r#"{ "parameters": { "version": { "value": 7 } } }"#,
            ),
        }
    }
}

/// Writes a template of 303 and more resources.
pub(crate) fn many(folder: &Path) -> std::io::Result<()> {
    Versions::default().write_all(folder)?;
    std::fs::write(folder.join("main.bicep"), format!("{MAIN}{MANY}"))
}
