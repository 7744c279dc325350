using System.Text.Json;
using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.CloudPcs;
using Berth.Engine.Directory;
using Berth.Engine.Licensing;
using Berth.Graph;
using Berth.Graph.Requests;
using Xunit;

namespace Berth.Conformance.Tests.CloudPcs;

/// <summary>A tenant put together by hand, so that every state of a Cloud PC can be looked at, and the room's answers about it.</summary>
internal sealed class FleetUnderTest
{
    public const string Root = "/deviceManagement/virtualEndpoint";

    public static readonly DateTimeOffset Noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    private readonly List<Change> _changes = [];

    public FleetUnderTest()
    {
        Id = Guid.NewGuid();
        _changes.Add(new Change.TenantCreated(new TenantProfile(Id, "Contoso", "contoso.example", "US", TenantKind.Emulator, Noon)));
        _changes.Add(new Change.CatalogSet(SkuCatalog.BuiltIn));
        _changes.Add(new Change.ClockSet(new TenantClock(Noon)));
    }

    public Guid Id { get; }

    public Tenant Tenant => Deciding.Restore(1, _changes);

    private int Users => _changes.OfType<Change.UsersSet>().Count();

    public User User(string name)
    {
        User user = new(Guid.NewGuid(), $"{name}@contoso.example", name, name, true, "US", Noon, default);
        _changes.Add(new Change.UsersSet([Users], [user]));
        return user;
    }

    public ProvisioningPolicy Policy(string name)
    {
        ProvisioningPolicy policy = new(Guid.NewGuid(), name) { ScopeIds = ["0"] };
        _changes.Add(new Change.PolicySet(_changes.OfType<Change.PolicySet>().Count(), policy));
        return policy;
    }

    public void Set(Change change) => _changes.Add(change);

    /// <summary>A Cloud PC of a user with a plan of the built-in catalog; without machine unless <paramref name="more"/> gives it one.</summary>
    public CloudPc CloudPc(User user, string plan, CloudPcStatus status, Func<CloudPc, CloudPc>? more = null)
    {
        int index = _changes.OfType<Change.CloudPcSet>().Select(set => set.Index + 1).DefaultIfEmpty(0).Max();
        CloudPc row = new(IdsByName.OfCloudPc(Id, index), user.Id, Tenant.FindUser(user.Id), SkuCatalog.BuiltIn.Plans.First(one => one.Name == plan).Index, status)
        {
            DisplayName = $"{user.DisplayName}'s",
            ModifiedAt = Noon,
        };
        row = more?.Invoke(row) ?? row;
        _changes.Add(new Change.CloudPcSet(index, row, new CloudPcStep(Noon, CloudPcReason.ConditionsMet, null)));
        return row;
    }

    /// <summary>The same with a machine of the first policy.</summary>
    public static CloudPc Made(CloudPc row) => row with
    {
        Policy = 0,
        ManagedDeviceName = "CPC-ADA-12345",
        ProvisionedAt = Noon.AddDays(-3),
        PointsSince = Noon.AddDays(-1),
        Origin = new CloudPcOrigin("microsoftwindowsdesktop_windows-ent-cpc_win11-24h2-ent-cpc", "Windows 11 Enterprise 24H2", "westeurope", null, DomainJoinType.AzureADJoin, true, false, "en-US"),
    };

    /// <summary>What the room says; nothing has to be written for it.</summary>
    public GraphResponse Ask(string method, string address, string? json = null, string? prefer = null, Guid? signedIn = null, params string[] permissions)
    {
        string[] parts = address.Split('?', 2);
        int slash = parts[0].IndexOf('/', 1);
        GraphVersion version = parts[0][..slash] switch
        {
            "/v1.0" => GraphVersion.V1,
            "/beta" => GraphVersion.Beta,
            _ => throw new ArgumentException(address, nameof(address)),
        };
        GraphRequest request = new()
        {
            Method = Enum.Parse<GraphMethod>(method, ignoreCase: true),
            Version = version,
            Path = GraphPath.Read(parts[0][slash..]).Path!,
            Query = parts.Length > 1 ? parts[1] : "",
            Caller = new Caller(
                Id,
                Guid.NewGuid(),
                "Test",
                signedIn is { } user ? new SignedInUser(user, "ada@contoso.example") : null,
                permissions.Length == 0 ? PermissionSet.Every : PermissionSet.Of(permissions)),
            BaseUrl = "https://graph.microsoft.com",
            RequestId = Guid.NewGuid(),
            ClientRequestId = "test",
            ReceivedAt = Noon,
            Prefer = prefer,
            Body = json is null ? default : System.Text.Encoding.UTF8.GetBytes(json),
            ContentType = json is null ? null : "application/json",
        };
        return Assert.IsType<Handling.Answered>(GraphRoom.Handle(Tenant, request), exactMatch: true).Response;
    }

    /// <summary>The JSON of an answer with a status.</summary>
    public JsonElement Read(string address, int status = 200, string method = "GET", string? json = null)
    {
        using GraphResponse response = Ask(method, address, json);
        Assert.Equal(status, response.Status);
        return JsonDocument.Parse(response.Body.ToArray()).RootElement;
    }

    /// <summary>The rows of a collection.</summary>
    public JsonElement[] Rows(string address) => [.. Read(address).GetProperty("value").EnumerateArray()];
}
