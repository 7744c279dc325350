using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Licensing;

namespace Berth.Demo;

/// <summary>
/// What Contoso owns and who gets it: 12 subscriptions, 20 groups, ten of which carry licenses and seven of which choose their members by a rule. Cloud PCs of two sizes are short, so there is
/// somebody in the queue; nobody ever waits for <c>CPC_E_4C_16GB_512GB</c> (contract).
/// </summary>
internal static class ContosoCompany
{
    private static readonly (string Sku, int Units, SubscriptionStatus Status, bool IsTrial)[] Subscriptions =
    [
        ("SPE_E3", 170, SubscriptionStatus.Enabled, false),
        ("SPE_E5", 15, SubscriptionStatus.Enabled, false),
        ("SPE_F1", 80, SubscriptionStatus.Enabled, false),
        ("CPC_E_2C_8GB_128GB", 40, SubscriptionStatus.Enabled, false),
        ("CPC_E_4C_16GB_256GB", 60, SubscriptionStatus.Enabled, false),
        ("CPC_E_4C_16GB_512GB", 25, SubscriptionStatus.Enabled, false),
        ("CPC_E_8C_32GB_512GB", 10, SubscriptionStatus.Enabled, false),
        ("POWER_BI_PRO", 40, SubscriptionStatus.Enabled, false),
        ("PROJECTPROFESSIONAL", 20, SubscriptionStatus.Enabled, false),
        ("EMSPREMIUM", 25, SubscriptionStatus.Enabled, false),
        ("VISIOCLIENT", 10, SubscriptionStatus.Warning, false),
        ("Microsoft_365_Copilot", 10, SubscriptionStatus.Enabled, true),
    ];

    private static readonly (string Name, string Description, string Sku, Func<User, bool> Members)[] LicenseGroups =
    [
        ("Microsoft 365 E3", "Office staff", "SPE_E3", user => IsIn(user, "Engineering", "Sales", "Marketing", "IT", "Human Resources", "Finance") && !Leads(user)),
        ("Microsoft 365 E5", "Executives and counsel", "SPE_E5", user => IsIn(user, "Executive", "Legal")),
        ("Microsoft 365 F3", "Frontline staff", "SPE_F1", user => IsIn(user, "Customer Support", "Operations")),
        ("Cloud PC Standard", "2 vCPU, 8 GB: sales; more people than seats", "CPC_E_2C_8GB_128GB", user => IsIn(user, "Sales")),
        ("Cloud PC Engineering", "4 vCPU, 16 GB: engineers", "CPC_E_4C_16GB_256GB", user => IsIn(user, "Engineering") && !Has(user, "Data Scientist")),
        ("Cloud PC Workstation", "4 vCPU, 16 GB, 512 GB: IT", "CPC_E_4C_16GB_512GB", user => IsIn(user, "IT")),
        ("Cloud PC Data Science", "8 vCPU, 32 GB: data scientists; more people than seats", "CPC_E_8C_32GB_512GB", user => Has(user, "Data Scientist")),
        ("Power BI analysts", "Finance and marketing", "POWER_BI_PRO", user => IsIn(user, "Finance", "Marketing")),
        ("Project managers", "Engineering managers", "PROJECTPROFESSIONAL", user => Has(user, "Engineering Manager")),
        ("Privileged access", "People who administer others", "EMSPREMIUM", user => IsIn(user, "IT", "Human Resources")),
    ];

    /// <summary>Groups that choose their members by a rule; it says what the condition in the table above says. The others are filled by hand.</summary>
    private static readonly Dictionary<string, string> Rules = new()
    {
        ["Customer Support"] = "user.department -eq \"Customer Support\"",
        ["Operations"] = "user.department -eq \"Operations\"",
        ["Marketing"] = "user.department -eq \"Marketing\"",
        ["Finance"] = "user.department -eq \"Finance\"",
        ["Human Resources"] = "user.department -eq \"Human Resources\"",
        ["Power BI analysts"] = "user.department -in [\"Finance\", \"Marketing\"]",
        ["Project managers"] = "(user.department -eq \"Engineering\") -and (user.jobTitle -eq \"Engineering Manager\")",
    };

    /// <summary>Licenses given to people directly.</summary>
    private static readonly (string Sku, Func<User, bool> Users)[] Direct =
    [
        ("SPE_E3", user => IsIn(user, "Finance") && Leads(user)),
        ("VISIOCLIENT", user => Has(user, "Security Analyst")),
        ("Microsoft_365_Copilot", user => IsIn(user, "Executive")),
    ];

    /// <summary>Provisioning policies and the department each of them is for; the last one is still being thought about.</summary>
    private static readonly (string Name, string Description, string? Department, string Region, string RegionGroup)[] Policies =
    [
        ("Sales desks", "Cloud PCs of the sales people", "Sales", "eastus", "usEast"),
        ("Engineering desks", "Cloud PCs of the engineers", "Engineering", "westus3", "usWest"),
        ("IT workstations", "Cloud PCs of those who look after the others", "IT", "eastus2", "usEast"),
        ("Contractors", "Not assigned to anybody yet", null, "centralus", "usCentral"),
    ];

    /// <summary>Everything after the tenant and its administrator.</summary>
    public static IEnumerable<Command> Commands()
    {
        foreach ((string sku, int units, SubscriptionStatus status, bool isTrial) in Subscriptions)
        {
            yield return new Command.CreateSubscription(DemoIds.Of("subscription", sku), SkuId(sku), units, status, isTrial);
        }

        yield return new Command.ImportDirectory(Directory().ToValueArray());
        foreach ((string name, _, string sku, _) in LicenseGroups)
        {
            yield return new Command.AssignGroupLicenses(GroupId(name), [new LicenseRequest(SkuId(sku), [])], []);
        }

        foreach ((string sku, Func<User, bool> users) in Direct)
        {
            foreach (User user in ContosoPeople.Employees.Where(user => user.UsageLocation is not null && users(user)))
            {
                yield return new Command.AssignUserLicenses(user.Id, [new LicenseRequest(SkuId(sku), [])], []);
            }
        }

        GalleryImage image = GalleryImages.Find("microsoftwindowsdesktop_windows-ent-cpc_win11-24h2-ent-cpc")!;
        foreach ((string name, string description, string? department, string region, string regionGroup) in Policies)
        {
            Guid id = DemoIds.Of("policy", name);
            yield return new Command.CreatePolicy(new ProvisioningPolicy(id, name)
            {
                Description = description,
                ImageId = image.Id,
                ImageDisplayName = image.DisplayName,
                Joins = [new DomainJoin(DomainJoinType.AzureADJoin, null, region, regionGroup)],
                SingleSignOn = true,
            });
            if (department is not null)
            {
                yield return new Command.AssignPolicy(id, [new AssignmentRequest(null, GroupId(department), null, null, null)]);
            }
        }
    }

    private static IEnumerable<ImportLine> Directory()
    {
        int line = 1;
        foreach (User user in ContosoPeople.Employees)
        {
            yield return new ImportLine.OfUser(line++, user);
        }

        foreach ((GroupProfile group, Func<User, bool> members) in Groups())
        {
            yield return new ImportLine.OfGroup(line++, group);
            foreach (User user in ContosoPeople.Employees.Where(user => !group.IsDynamic && members(user)))
            {
                yield return new ImportLine.OfMember(line++, group.Id, user.Id);
            }
        }
    }

    private static IEnumerable<(GroupProfile Group, Func<User, bool> Members)> Groups()
    {
        yield return (Profile("All company", "Everybody at Contoso", false), _ => true);
        foreach (string department in ContosoPeople.DepartmentNames.Where(name => name != "Executive"))
        {
            yield return (Profile(department, $"Everybody in {department}", true), user => IsIn(user, department));
        }

        foreach ((string name, string description, _, Func<User, bool> members) in LicenseGroups)
        {
            yield return (Profile(name, description, true), members);
        }
    }

    private static GroupProfile Profile(string name, string description, bool security) => new(
        GroupId(name),
        name,
        description,
        name.Replace(" ", "-", StringComparison.Ordinal).ToLowerInvariant(),
        !security,
        security,
        Rules.ContainsKey(name) ? [GroupProfile.DynamicMembership] : security ? [] : ["Unified"],
        security ? null : "Public",
        default)
    {
        MembershipRule = Rules.GetValueOrDefault(name),
    };

    private static bool IsIn(User user, params ReadOnlySpan<string> departments) => departments.Contains(user.Attributes[UserAttribute.Department]);

    private static bool Has(User user, string title) => user.Attributes[UserAttribute.JobTitle] == title;

    private static bool Leads(User user) => Has(user, "Controller");

    private static Guid GroupId(string name) => DemoIds.Of("group", name);

    private static Guid SkuId(string partNumber) => SkuCatalog.BuiltIn.FindByPartNumber(partNumber).Single().Id;
}
