using System.Text.Json;
using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.Directory;
using Berth.Engine.Licensing;
using Berth.Graph.Queries;
using Microsoft.OData.Edm;
using Microsoft.OData.UriParser;

namespace Berth.Graph.Reads;

/// <summary>Users, groups, and both where both can stand (protocol 2.2).</summary>
internal static class DirectoryShapes
{
    private const int ExtensionAttributeCount = 15;

    private static readonly Operand<string> TextItself = new Operand<string>.Text(static text => text);

    private static readonly Shape<User> ExtensionAttributes = new(
        "onPremisesExtensionAttributes",
        Enumerable.Range(0, ExtensionAttributeCount).Select(static i =>
            new Utf8Property<User>($"extensionAttribute{i + 1}", user => user.Attributes.Utf8((UserAttribute)((int)UserAttribute.ExtensionAttribute1 + i)))));

    /// <summary>A user or a group, with the properties of both: what is asked of a mixed collection may be of either.</summary>
    public static Shape<MemberRow> Member { get; } = Shape<MemberRow>.Entity("directoryObject", Union(UserProperties(), GroupProperties()));

    /// <summary><c>user</c>. Without <c>$select</c> come the documented eleven.</summary>
    public static Shape<UserRow> User { get; } = Shape<UserRow>.Entity(
        "user",
        UserProperties(),
        new ManyNavigation<UserRow, MemberRow>("memberOf", Member, static row => row.Groups(), TypeOf) { Known = static row => row.Tenant.GroupsOf(row.Position).Count },
        new ManyNavigation<UserRow, MemberRow>("transitiveMemberOf", Member, static row => All(row.Tenant, Nesting.OverUser(row.Tenant, row.Position)), TypeOf),
        new OneNavigation<UserRow, MemberRow>("manager", Member, static row => row.Manager() is { } manager ? new MemberRow(manager, null) : null, TypeOf),
        new ManyNavigation<UserRow, MemberRow>("ownedObjects", Member, static row => row.Owned().Select(group => new MemberRow(null, group)), TypeOf)
        {
            Known = static row => row.Tenant.OwnedBy(row.Position).Count,
        },
        new ManyNavigation<UserRow, MemberRow>("directReports", Member, static row => row.Reports().Select(report => new MemberRow(report, null)), TypeOf)
        {
            Known = static row => row.Tenant.ReportsOf(row.Position).Count,
        });

    /// <summary><c>group</c>.</summary>
    public static Shape<GroupRow> Group { get; } = GroupWith();

    /// <summary><c>group</c> in beta, which has more.</summary>
    public static Shape<GroupRow> BetaGroup { get; } = GroupWith(
        new PartProperty<GroupRow, GroupRow>("membershipRuleProcessingStatus", RuleShapes.ProcessingStatus, static row => row, static row => row.Group.Profile.IsDynamic));

    private static Shape<GroupRow> GroupWith(params ReadOnlySpan<Property<GroupRow>> more) => Shape<GroupRow>.Entity(
        "group",
        [.. GroupProperties(), .. more],
        new ManyNavigation<GroupRow, MemberRow>("members", Member, static row => row.Members(), TypeOf) { Known = static row => row.Group.Members.Count + row.Group.MemberGroups.Count },
        new ManyNavigation<GroupRow, MemberRow>("memberOf", Member, static row => row.Parents(), TypeOf),
        new ManyNavigation<GroupRow, MemberRow>("transitiveMemberOf", Member, static row => All(row.Tenant, Nesting.OverGroup(row.Tenant, row.Position)), TypeOf),
        new ManyNavigation<GroupRow, MemberRow>("owners", Member, static row => row.Owners().Select(owner => new MemberRow(owner, null)), TypeOf)
        {
            Known = static row => row.Group.Owners.Count,
        });

    /// <summary>The <c>@odata.type</c> of a member; without it a client has a bare directory object (protocol 1.3).</summary>
    public static string TypeOf(MemberRow row) => row.User is null ? "#microsoft.graph.group" : "#microsoft.graph.user";

    private static IEnumerable<MemberRow> All(Tenant tenant, int[] groups) => groups.Select(group => MemberRow.OfGroup(tenant, group));

    private static List<Property<UserRow>> UserProperties() =>
    [
        Values("businessPhones", UserAttribute.BusinessPhones, isDefault: true),
        new Utf8Property<UserRow>("displayName", static row => row.User.DisplayNameUtf8()) { IsDefault = true },
        Text("givenName", UserAttribute.GivenName, isDefault: true),
        Text("jobTitle", UserAttribute.JobTitle, isDefault: true),
        Text("mail", UserAttribute.Mail, isDefault: true),
        Text("mobilePhone", UserAttribute.MobilePhone, isDefault: true),
        Text("officeLocation", UserAttribute.OfficeLocation, isDefault: true),
        Text("preferredLanguage", UserAttribute.PreferredLanguage, isDefault: true),
        Text("surname", UserAttribute.Surname, isDefault: true),
        new Utf8Property<UserRow>("userPrincipalName", static row => row.User.UserPrincipalNameUtf8()) { IsDefault = true },
        new ObjectIdProperty<UserRow>("id", static row => row.User.Id) { IsDefault = true },
        new FlagProperty<UserRow>("accountEnabled", static row => row.User.AccountEnabled),
        new TextProperty<UserRow>("usageLocation", static row => row.User.UsageLocation),
        new Utf8Property<UserRow>("mailNickname", static row => row.User.MailNicknameUtf8()),
        new TimeProperty<UserRow>("createdDateTime", static row => row.User.CreatedAt),
        new TimeProperty<UserRow>("deletedDateTime", static row => row.DeletedAt),
        new TextProperty<UserRow>("userType", static row => row.User.Attributes[UserAttribute.UserType] ?? "Member"),
        Text("department", UserAttribute.Department),
        Text("companyName", UserAttribute.CompanyName),
        Text("city", UserAttribute.City),
        Text("state", UserAttribute.State),
        Text("country", UserAttribute.Country),
        Text("postalCode", UserAttribute.PostalCode),
        Text("streetAddress", UserAttribute.StreetAddress),
        Text("faxNumber", UserAttribute.FaxNumber),
        Text("employeeId", UserAttribute.EmployeeId),
        Text("employeeType", UserAttribute.EmployeeType),
        new TimeProperty<UserRow>("employeeHireDate", static row =>
            DateTimeOffset.TryParse(row.User.Attributes[UserAttribute.EmployeeHireDate], null, out DateTimeOffset date) ? date : null),
        Text("passwordPolicies", UserAttribute.PasswordPolicies),
        Text("onPremisesDistinguishedName", UserAttribute.OnPremisesDistinguishedName),
        Text("onPremisesSecurityIdentifier", UserAttribute.OnPremisesSecurityIdentifier),
        Text("onPremisesImmutableId", UserAttribute.OnPremisesImmutableId),
        new FlagProperty<UserRow>("onPremisesSyncEnabled", static _ => null),
        new PartProperty<UserRow, User>("onPremisesExtensionAttributes", ExtensionAttributes, static row => row.User, static _ => true),
        Values("otherMails", UserAttribute.OtherMails),
        Values("proxyAddresses", UserAttribute.ProxyAddresses),
        new PartsProperty<UserRow, LicenseRow>("assignedLicenses", LicenseShapes.AssignedLicense, LicenseShapes.Merged)
        {
            WithId = ("skuId", static id => row => row.Tenant.Catalog.TryGetSku(id, out Sku? sku) && row.Licenses.Holds(sku.Index)),
        },
        new PartsProperty<UserRow, HeldPlanRow>("assignedPlans", LicenseShapes.AssignedPlan, LicenseShapes.HeldPlans),
        new PartsProperty<UserRow, HeldPlanRow>("provisionedPlans", LicenseShapes.ProvisionedPlan, LicenseShapes.HeldPlans),
        new PartsProperty<UserRow, StateRow>("licenseAssignmentStates", LicenseShapes.AssignmentState, States),
    ];

    private static List<Property<GroupRow>> GroupProperties() =>
    [
        new ObjectIdProperty<GroupRow>("id", static row => row.Group.Id) { IsDefault = true },
        new TimeProperty<GroupRow>("deletedDateTime", static row => row.DeletedAt) { IsDefault = true },
        new TimeProperty<GroupRow>("createdDateTime", static row => row.Group.Profile.CreatedAt) { IsDefault = true },
        new TextProperty<GroupRow>("description", static row => row.Group.Profile.Description) { IsDefault = true },
        new TextProperty<GroupRow>("displayName", static row => row.Group.Profile.DisplayName) { IsDefault = true },
        new ValuesProperty<GroupRow, string>("groupTypes", static row => row.Group.Profile.GroupTypes, TextItself) { IsDefault = true },
        new TextProperty<GroupRow>("mail", static _ => null) { IsDefault = true },
        new FlagProperty<GroupRow>("mailEnabled", static row => row.Group.Profile.MailEnabled) { IsDefault = true },
        new TextProperty<GroupRow>("mailNickname", static row => row.Group.Profile.MailNickname) { IsDefault = true },
        new TextProperty<GroupRow>("membershipRule", static row => row.Group.Profile.MembershipRule) { IsDefault = true },
        new TextProperty<GroupRow>("membershipRuleProcessingState", static row => RuleShapes.Name(row.Group.Profile.RuleProcessing)) { IsDefault = true },
        new FlagProperty<GroupRow>("onPremisesSyncEnabled", static _ => null) { IsDefault = true },
        new ValuesProperty<GroupRow, string>("proxyAddresses", static _ => [], TextItself) { IsDefault = true },
        new ValuesProperty<GroupRow, string>("resourceProvisioningOptions", static _ => [], TextItself) { IsDefault = true },
        new FlagProperty<GroupRow>("securityEnabled", static row => row.Group.Profile.SecurityEnabled) { IsDefault = true },
        new TextProperty<GroupRow>("visibility", static row => row.Group.Profile.Visibility) { IsDefault = true },
        new PartsProperty<GroupRow, LicenseRow>("assignedLicenses", LicenseShapes.AssignedLicense, Wanted),
        new PartProperty<GroupRow, bool>("licenseProcessingState", LicenseShapes.ProcessingState, static row => row.Group.EverLicensed, static ever => ever),
        new FlagProperty<GroupRow>("hasMembersWithLicenseErrors", static row => row.Group.Troubled.Count > 0) { IsWritten = false },
    ];

    private static IEnumerable<LicenseRow> Wanted(GroupRow row)
    {
        foreach (License license in row.Group.Licenses.Items)
        {
            yield return new LicenseRow(row.Tenant.Catalog, license);
        }
    }

    private static StateRow[] States(UserRow row)
    {
        Tenant tenant = row.Tenant;
        return Array.ConvertAll(LicenseState.Of(tenant, row.Position), state => new StateRow(tenant, state));
    }

    private static Utf8Property<UserRow> Text(string name, UserAttribute attribute, bool isDefault = false) =>
        new(name, row => row.User.Attributes.Utf8(attribute)) { IsDefault = isDefault };

    private static ValuesProperty<UserRow, string> Values(string name, UserAttribute attribute, bool isDefault = false) =>
        new(name, row => row.User.Attributes[attribute]?.Split('\n') ?? [], TextItself) { IsDefault = isDefault };

    private static IEnumerable<Property<MemberRow>> Union(List<Property<UserRow>> ofUser, List<Property<GroupRow>> ofGroup)
    {
        Dictionary<string, Property<GroupRow>> groups = ofGroup.ToDictionary(property => property.Name);
        foreach (Property<UserRow> user in ofUser)
        {
            groups.Remove(user.Name, out Property<GroupRow>? group);
            yield return new MemberProperty(user.Name, user, group) { IsDefault = user.IsDefault || group is { IsDefault: true } };
        }

        foreach (Property<GroupRow> group in ofGroup.Where(property => groups.ContainsKey(property.Name)))
        {
            yield return new MemberProperty(group.Name, null, group) { IsDefault = group.IsDefault, IsWritten = group.IsWritten };
        }
    }

    /// <summary>A property of users, of groups, or of both under one name.</summary>
    private sealed class MemberProperty(string name, Property<UserRow>? user, Property<GroupRow>? group) : Property<MemberRow>(name)
    {
        public override IEdmTypeReference EdmType => (user?.EdmType ?? group?.EdmType)!;

        /// <summary>Each kind shows its own default set.</summary>
        public override Property<MemberRow> WhenDefault =>
            new MemberProperty(Name, user is { IsDefault: true } ? user : null, group is { IsDefault: true } ? group : null);

        public override Operand<MemberRow>? Operand => Either(user?.Operand, group?.Operand);

        public override Operand<MemberRow>? Inside(string name) => Either(user?.Inside(name), group?.Inside(name));

        public override Func<MemberRow, Func<ReadOnlySpan<char>, bool>, bool>? Texts
        {
            get
            {
                Func<UserRow, Func<ReadOnlySpan<char>, bool>, bool>? ofUser = user?.Texts;
                Func<GroupRow, Func<ReadOnlySpan<char>, bool>, bool>? ofGroup = group?.Texts;
                return ofUser is null && ofGroup is null
                    ? null
                    : (row, condition) => row.User is { } u ? ofUser?.Invoke(u, condition) == true : ofGroup?.Invoke(row.Group!.Value, condition) == true;
            }
        }

        public override Func<MemberRow, long?>? Count
        {
            get
            {
                Func<UserRow, long?>? ofUser = user?.Count;
                Func<GroupRow, long?>? ofGroup = group?.Count;
                return ofUser is null && ofGroup is null ? null : row => row.User is { } u ? ofUser?.Invoke(u) : ofGroup?.Invoke(row.Group!.Value);
            }
        }

        public override Func<MemberRow, bool?>? Any(SingleValueNode condition, RangeVariable variable)
        {
            Func<UserRow, bool?>? ofUser = user?.Any(condition, variable);
            Func<GroupRow, bool?>? ofGroup = group?.Any(condition, variable);
            return ofUser is null && ofGroup is null
                ? null
                : row => row.User is { } u ? (ofUser is null ? false : ofUser(u)) : ofGroup is null ? false : ofGroup(row.Group!.Value);
        }

        public override void Write(Utf8JsonWriter json, MemberRow row)
        {
            if (row.User is { } u)
            {
                user?.Write(json, u);
            }
            else
            {
                group?.Write(json, row.Group!.Value);
            }
        }

        private static Operand<MemberRow>? Either(Operand<UserRow>? user, Operand<GroupRow>? group) => (user, group) switch
        {
            (Operand<UserRow>.Text a, Operand<GroupRow>.Text b) => new Operand<MemberRow>.Text(row => row.User is { } u ? a.Get(u) : b.Get(row.Group!.Value))
            {
                Satisfies = (row, condition) => row.User is { } u ? a.Satisfies(u, condition) : b.Satisfies(row.Group!.Value, condition),
            },
            (Operand<UserRow>.Flag a, Operand<GroupRow>.Flag b) => new Operand<MemberRow>.Flag(row => row.User is { } u ? a.Get(u) : b.Get(row.Group!.Value)),
            (Operand<UserRow>.Time a, Operand<GroupRow>.Time b) => new Operand<MemberRow>.Time(row => row.User is { } u ? a.Get(u) : b.Get(row.Group!.Value)),
            (not null, null) => user.From<MemberRow>(static row => row.User.GetValueOrDefault(), static row => row.Tenant is not null),
            (null, not null) => group.From<MemberRow>(static row => row.Group.GetValueOrDefault(), static row => row.Tenant is not null),
            _ => null,
        };
    }
}
