/// Azure regions: `eastus` is `East US` in the header `x-ms-region` and in `context.Deployment.Region`.
const REGIONS: [(&str, &str); 70] = [
    ("asia", "Asia"),
    ("asiapacific", "Asia Pacific"),
    ("australiacentral", "Australia Central"),
    ("australiacentral2", "Australia Central 2"),
    ("australiaeast", "Australia East"),
    ("australiasoutheast", "Australia Southeast"),
    ("austriaeast", "Austria East"),
    ("belgiumcentral", "Belgium Central"),
    ("brazilsouth", "Brazil South"),
    ("brazilsoutheast", "Brazil Southeast"),
    ("canadacentral", "Canada Central"),
    ("canadaeast", "Canada East"),
    ("centralindia", "Central India"),
    ("centralus", "Central US"),
    ("centraluseuap", "Central US EUAP"),
    ("chilecentral", "Chile Central"),
    ("chinaeast", "China East"),
    ("chinaeast2", "China East 2"),
    ("chinanorth", "China North"),
    ("chinanorth2", "China North 2"),
    ("chinanorth3", "China North 3"),
    ("denmarkeast", "Denmark East"),
    ("eastasia", "East Asia"),
    ("eastus", "East US"),
    ("eastus2", "East US 2"),
    ("eastus2euap", "East US 2 EUAP"),
    ("europe", "Europe"),
    ("francecentral", "France Central"),
    ("francesouth", "France South"),
    ("germanynorth", "Germany North"),
    ("germanywestcentral", "Germany West Central"),
    ("global", "Global"),
    ("indonesiacentral", "Indonesia Central"),
    ("israelcentral", "Israel Central"),
    ("italynorth", "Italy North"),
    ("japaneast", "Japan East"),
    ("japanwest", "Japan West"),
    ("jioindiacentral", "Jio India Central"),
    ("jioindiawest", "Jio India West"),
    ("koreacentral", "Korea Central"),
    ("koreasouth", "Korea South"),
    ("malaysiawest", "Malaysia West"),
    ("mexicocentral", "Mexico Central"),
    ("newzealandnorth", "New Zealand North"),
    ("northcentralus", "North Central US"),
    ("northeurope", "North Europe"),
    ("norwayeast", "Norway East"),
    ("norwaywest", "Norway West"),
    ("polandcentral", "Poland Central"),
    ("qatarcentral", "Qatar Central"),
    ("southafricanorth", "South Africa North"),
    ("southafricawest", "South Africa West"),
    ("southcentralus", "South Central US"),
    ("southeastasia", "Southeast Asia"),
    ("southindia", "South India"),
    ("spaincentral", "Spain Central"),
    ("swedencentral", "Sweden Central"),
    ("swedensouth", "Sweden South"),
    ("switzerlandnorth", "Switzerland North"),
    ("switzerlandwest", "Switzerland West"),
    ("uaecentral", "UAE Central"),
    ("uaenorth", "UAE North"),
    ("uksouth", "UK South"),
    ("ukwest", "UK West"),
    ("westcentralus", "West Central US"),
    ("westeurope", "West Europe"),
    ("westindia", "West India"),
    ("westus", "West US"),
    ("westus2", "West US 2"),
    ("westus3", "West US 3"),
];

/// Every region that is a place: its id and its name.
pub fn regions() -> impl Iterator<Item = (&'static str, &'static str)> {
    const WIDE: [&str; 4] = ["asia", "asiapacific", "europe", "global"];
    REGIONS.into_iter().filter(|(id, _)| !WIDE.contains(id))
}

/// `eastus` for `eastus` and for `East US`.
pub fn region_id(location: &str) -> String {
    location
        .chars()
        .filter(|it| !it.is_whitespace())
        .collect::<String>()
        .to_ascii_lowercase()
}

/// `East US` for both; what is no known region passes through.
pub fn region_name(location: &str) -> String {
    let id = region_id(location);
    let known = REGIONS.iter().find(|(name, _)| *name == id);
    known.map_or_else(|| location.to_owned(), |(_, display)| (*display).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_are_shown_alike() {
        assert_eq!(region_name("eastus"), "East US");
        assert_eq!(region_name("Sweden Central"), "Sweden Central");
        assert_eq!(region_name("swedencentral"), "Sweden Central");
        assert_eq!(region_name("atlantis"), "atlantis");
        assert_eq!(region_id("West US 3"), "westus3");
    }
}
