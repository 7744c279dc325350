using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Licensing;

namespace Berth.Engine.Tests.Insight;

/// <summary>
/// A small tenant that wastes a lot, made from a seed: direct copies beside groups, disabled accounts, groups in groups, Cloud PCs of every kind that nobody uses or that are in
/// grace, plans that came by an import, and hardly any Entra ID P1.
/// </summary>
internal sealed class WastefulTenant
{
    private static readonly DateTimeOffset Noon = TenantUnderTest.Noon;

    private static readonly string[] Suites = ["SPE_E3", "ENTERPRISEPACK", "STANDARDPACK", "EXCHANGEENTERPRISE", "AAD_PREMIUM", "MCOEV", "SPB", "EMS"];
    private static readonly string[] Sizes = ["CPC_E_2C_4GB_64GB", "CPC_E_4C_16GB_128GB", "CPC_B_2C_4RAM_64GB"];
    private static readonly string[] Touchy = ["EXCHANGE_S_ENTERPRISE", "EXCHANGE_S_STANDARD", "MCOSTANDARD", "AAD_PREMIUM", "INTUNE_A", "WIN10_PRO_ENT_SUB", "CPC_E_2C_4GB_64GB", "MCOEV", "SHAREPOINTENTERPRISE"];

    private readonly Random _random;
    private readonly List<Guid> _users = [];
    private readonly List<Guid> _groups = [];

    /// <summary>The tenant of a seed.</summary>
    public WastefulTenant(int seed)
    {
        _random = new Random(seed);
        Do(new Command.CreateTenant(new TenantProfile(NewId(), "Contoso", "contoso.example", "US", TenantKind.Demo, default), SkuCatalog.BuiltIn));
        Do(new Command.SetClock(true, Noon, null));
        Guid reserve = NewId(), department = NewId();
        Do(new Command.ImportCatalog(
        [
            new CatalogRow("Reserve", reserve, "Reserve", "CPC_R_2C_4GB_64GB", new Guid("00000000-0000-4000-8000-000000000001"), "Reserve"),
            new CatalogRow("VISIO_PLAN1_DEPT", department, "Visio Plan 1", "VISIO", new Guid("00000000-0000-4000-8000-000000000002"), "Visio"),
        ], null));
        foreach (string part in Suites.Concat(Sizes).Append("Windows_365_S_2vCPU_8GB_128GB").Append("Reserve").Append("VISIO_PLAN1_DEPT"))
        {
            bool isTenants = part is "Reserve" or "Windows_365_S_2vCPU_8GB_128GB";
            if (isTenants || _random.Next(6) > 0)
            {
                int units = isTenants ? 4 : part.StartsWith("AAD", StringComparison.Ordinal) ? _random.Next(4) : _random.Next(1, 7);
                Do(new Command.CreateSubscription(NewId(), Sku(part), units, SubscriptionStatus.Enabled, false) { Owner = Pick<SubscriptionOwner?>(null, null, new SubscriptionOwner(SubscriptionOwner.Person, null), new SubscriptionOwner("Company", null)) });
            }
        }

        Settings();
        for (int user = 0; user < 8; user++)
        {
            _users.Add(NewId());
            Do(new Command.CreateUser(new User(
                _users[^1], $"u{user}@contoso.example", $"User {user}", "u", _random.Next(4) > 0, _random.Next(6) > 0 ? "US" : null, default, default(UserAttributes).With(UserAttribute.Department, Pick("Sales", "Legal")))));
        }

        for (int group = 0; group < 7; group++)
        {
            _groups.Add(NewId());
            bool dynamic = group == 6;
            GroupProfile profile = new(_groups[^1], $"Group {group}", null, "g", false, group != 5 || _random.Next(2) == 0, dynamic ? [GroupProfile.DynamicMembership] : [], null, default)
            {
                MembershipRule = dynamic ? "user.department -eq \"Sales\"" : null,
            };
            Do(new Command.CreateGroup(profile, dynamic ? [] : _users.Where(_ => _random.Next(2) == 0).ToValueArray()));
        }

        Policies();
        int steps = _random.Next(20, 45);
        for (int step = 0; step < steps; step++)
        {
            Step();
        }
    }

    /// <summary>The tenant.</summary>
    public Tenant Tenant { get; private set; } = Tenant.Unborn;

    /// <summary>Its groups.</summary>
    public IReadOnlyList<Guid> Groups => _groups;

    /// <summary>Its users, deleted ones too.</summary>
    public IReadOnlyList<Guid> Users => _users;

    /// <summary>What decides on it at the present moment.</summary>
    public static DecisionContext Context { get; } = new(Noon, Actor.Berth);

    /// <summary>The part numbers that a group may give.</summary>
    public static IEnumerable<string> PartNumbers => Suites.Concat(Sizes);

    /// <summary>The id of a SKU.</summary>
    public Guid Sku(string partNumber) => Tenant.Catalog.FindByPartNumber(partNumber).First().Id;

    /// <summary>The one of several.</summary>
    public T Pick<T>(params IReadOnlyList<T> of) => of[_random.Next(of.Count)];

    private void Settings()
    {
        TenantSettings now = Tenant.Settings;
        Do(new Command.UpdateSettings(now with
        {
            Retry = _random.Next(3) == 0 ? RetryMode.EntraStrict : RetryMode.Fair, GroupAtomicity = _random.Next(3) == 0 ? GroupAtomicity.Independent : GroupAtomicity.Atomic,
        }));
    }

    private void Policies()
    {
        Guid[] secure = [.. _groups.Where((_, at) => at != 5)];
        foreach ((ProvisioningType type, string? plan) in new (ProvisioningType, string?)[]
        {
            (ProvisioningType.Dedicated, null), (ProvisioningType.SharedByUser, "CPC_S_2C_8GB_128GB"), (ProvisioningType.SharedByEntraGroup, "CPC_S_2C_8GB_128GB"), (ProvisioningType.Reserve, "CPC_R_2C_4GB_64GB"),
        })
        {
            Guid id = NewId();
            Must(new Command.CreatePolicy(new ProvisioningPolicy(id, $"{type}")
            {
                ProvisioningType = type, ImageId = "microsoftwindowsdesktop_windows-ent-cpc_win11-24h2-ent-cpc", ImageDisplayName = "Windows 11", Joins = [new DomainJoin(DomainJoinType.AzureADJoin, null, type == ProvisioningType.Reserve ? "automatic" : "eastus", null)],
            }));
            Guid? size = plan is null ? null : Tenant.Catalog.Plans.First(one => one.Name == plan).Id;
            Must(new Command.AssignPolicy(id, type == ProvisioningType.Dedicated
                ? secure.Where(_ => _random.Next(3) > 0).Select(group => new AssignmentRequest(null, group, null, null, null)).ToValueArray()
                : [new AssignmentRequest(null, Pick(secure), size, "Some", _random.Next(1, 3))]));
        }
    }

    private void Step()
    {
        Guid user = Pick(_users), group = Pick(_groups);
        switch (_random.Next(18))
        {
            case 0 or 1 or 2:
                Do(new Command.AssignUserLicenses(user, [Wanted()], []));
                break;
            case 3 or 4 or 5:
                Do(new Command.AssignGroupLicenses(group, [Wanted()], []));
                break;
            case 6:
                Do(new Command.AddMembers(group, [user]));
                break;
            case 7:
                Do(new Command.RemoveMember(group, user));
                break;
            case 8:
                Do(new Command.AddMembers(group, [Pick(_groups)]));
                break;
            case 9 or 10 when Tenant.TryGetUser(Tenant.FindUser(user), out User? seen):
                Do(new Command.UpdateUser(seen with { AccountEnabled = _random.Next(2) == 0 }) { Basis = seen });
                break;
            case 11 when Rows(static row => row.LetsIn && row.User >= 0) is { Count: > 0 } rows && Pick(rows) is var row:
                Do(new Command.StartSession(NewId(), row.UserId, row.Id));
                break;
            case 12 when Tenant.Fleet.Sessions.Count > 0:
                Do(new Command.EndSession(Pick(Tenant.Fleet.Sessions.Keys.ToArray())));
                break;
            case 13:
                Do(new Command.SetClock(null, null, TimeSpan.FromHours(Pick(1, 12, 30, 80, 170))));
                break;
            case 14:
                // A plan that is known, so that it may matter to what is there, and one that nobody knew.
                Sku sku = Tenant.Catalog.FindByPartNumber(Pick(Suites)).First();
                string name = Pick("MCOSTANDARD", "MCOEV");
                Guid plan = Pick(Tenant.Catalog.Plans.First(one => one.Name == name).Id, new Guid("00000000-0000-4000-8000-000000000003"));
                Do(new Command.ImportCatalog([new CatalogRow(sku.PartNumber, sku.Id, sku.ProductName, Tenant.Catalog.TryGetPlan(plan, out ServicePlan? known) ? known.Name : "NEW", plan, "A new plan")], null));
                break;
            case 15 when Tenant.TryGetUser(Tenant.FindUser(user), out User? who) && Tenant.LicensesOf(Tenant.FindUser(user)).Direct.Items is { Count: > 0 } direct:
                Do(new Command.AssignUserLicenses(who.Id, [], [Tenant.Catalog.Skus[Pick(direct.ToArray()).Sku].Id]));
                break;
            case 16 when Rows(static row => row.AllocatedAt is not null) is { Count: > 0 } reserves:
                Do(new Command.ProvisionReserve(Pick(reserves).Id));
                break;
            case 17 when _random.Next(5) == 0:
                Do(new Command.DeleteUser(user));
                break;
        }
    }

    private List<CloudPc> Rows(Func<CloudPc, bool> of) => [.. Enumerable.Range(0, Tenant.Fleet.CloudPcs.Count).Select(index => Tenant.Fleet.CloudPcs[index]).OfType<CloudPc>().Where(of)];

    private LicenseRequest Wanted()
    {
        Guid sku = Sku(Pick(Suites.Concat(Sizes).Append("VISIO_PLAN1_DEPT").ToArray()));
        Sku one = Tenant.Catalog.Skus.First(each => each.Id == sku);
        return new LicenseRequest(sku, one.Plans.Select(plan => Tenant.Catalog.Plans[plan]).Where(plan => Touchy.Contains(plan.Name) && _random.Next(4) == 0).Select(plan => plan.Id).ToValueArray());
    }

    private void Must(Command command)
    {
        if (Deciding.Decide(Tenant, command, Context) is Decision.Refused refused)
        {
            throw new InvalidOperationException($"{command}: {refused.Refusal}");
        }

        Do(command);
    }

    // What is refused does not happen.
    private void Do(Command command)
    {
        if (Deciding.Decide(Tenant, command, Context) is Decision.Accepted accepted)
        {
            Tenant = accepted.Next;
        }
    }

    private Guid NewId()
    {
        Span<byte> bytes = stackalloc byte[16];
        _random.NextBytes(bytes);
        bytes[7] = (byte)((bytes[7] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes);
    }
}
