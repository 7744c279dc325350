using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Licensing;
using Berth.Graph.Requests;
using Berth.Ledger;
using Berth.Ledger.Stores;

namespace Berth.Bench.Scale;

/// <summary>A tenant of a few people, as the program finds it in its store.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Client">Its only application.</param>
/// <param name="Users">Its people.</param>
internal sealed record SmallTenant(Guid Id, Guid Client, Guid[] Users);

/// <summary>
/// Many small tenants, written into a store by the ledger's own door: fifty people, three groups, a SKU for one of the groups, a second one to give and take. Their applications are written in
/// the form in which the program keeps them.
/// </summary>
internal static class SmallTenants
{
    /// <summary>The people of one, when nothing else is said.</summary>
    public const int Users = 50;

    /// <summary>The secret of every application.</summary>
    public const string Secret = "a-secret-of-the-benchmark-0123456789";

    /// <summary>A SKU that nobody has yet and everybody may get: Visio.</summary>
    public static readonly Guid Spare = SkuCatalog.BuiltIn.FindByPartNumber("VISIOCLIENT").Single().Id;

    private const int AtOnce = 256;

    // One round of the derivation: what is measured are tenants, not how long a secret takes to check.
    private static readonly byte[] _salt = new byte[16];
    private static readonly byte[] _hash = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(Secret), _salt, 1, HashAlgorithmName.SHA256, 32);
    private static readonly Guid _ofGroup = SkuCatalog.BuiltIn.FindByPartNumber("SPE_E3").Single().Id;

    /// <summary>Makes them, numbered from a first one on. The store is closed afterwards.</summary>
    public static async Task<SmallTenant[]> Make(IJournalStore store, int count, int users = Users, int first = 0)
    {
        await using LedgerDoor door = LedgerDoor.Open(store, TimeProvider.System);
        SmallTenant[] made = new SmallTenant[count];

        // The first of all is the installation's own: it may make further ones.
        int next = 0;
        made[0] = await One(door, first, users);
        await Task.WhenAll(Enumerable.Range(0, Math.Min(AtOnce, count)).Select(_ => Task.Run(async () =>
        {
            for (int i = Interlocked.Increment(ref next); i < count; i = Interlocked.Increment(ref next))
            {
                made[i] = await One(door, first + i, users);
            }
        })));
        await door.WriteBlobsAsync([.. made.Select(static tenant => ($"identity/apps/{tenant.Id:N}", (ReadOnlyMemory<byte>)Application(tenant)))]);
        return made;
    }

    /// <summary>A request for the licenses of somebody.</summary>
    public static byte[] Read(SmallTenant tenant, int user, string token) => Http.Load.Request("GET", $"/v1.0/users/{tenant.Users[user]}/licenseDetails", token);

    /// <summary>Requests that give somebody the spare SKU and take it away.</summary>
    public static byte[][] GiveAndTake(SmallTenant tenant, int user, string token) =>
    [
        Http.Load.Request("POST", $"/v1.0/users/{tenant.Users[user]}/assignLicense", token, $$"""{"addLicenses":[{"skuId":"{{Spare}}","disabledPlans":[]}],"removeLicenses":[]}"""),
        Http.Load.Request("POST", $"/v1.0/users/{tenant.Users[user]}/assignLicense", token, $$"""{"addLicenses":[],"removeLicenses":["{{Spare}}"]}"""),
    ];

    /// <summary>A token for each of some tenants, asked for by a few callers at once.</summary>
    public static async Task<string[]> SignIn(Http.Child server, IReadOnlyList<SmallTenant> tenants)
    {
        string[] tokens = new string[tenants.Count];
        await Parallel.ForEachAsync(Enumerable.Range(0, tenants.Count), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) =>
            tokens[i] = await server.TokenOf(tenants[i].Id.ToString(), tenants[i].Client.ToString(), Secret));
        return tokens;
    }

    /// <summary>The value of one, without a store.</summary>
    public static Tenant Alone(int users = Users)
    {
        (TenantProfile profile, Guid[] people) = (Profile(0), People(users));
        Tenant tenant = Tenant.Unborn;
        foreach (Command command in Commands(profile, people).Prepend(new Command.CreateTenant(profile, SkuCatalog.BuiltIn)))
        {
            tenant = ((Decision.Accepted)Deciding.Decide(tenant, command, new DecisionContext(profile.CreatedAt, Actor.Berth))).Next;
        }

        return tenant;
    }

    private static async Task<SmallTenant> One(LedgerDoor door, int number, int users)
    {
        (TenantProfile profile, Guid[] people) = (Profile(number), People(users));
        TenantDesk desk = ((TenantCreation.Created)await door.CreateTenantAsync(new Command.CreateTenant(profile, SkuCatalog.BuiltIn), Actor.Berth)).Desk;
        foreach (Command command in Commands(profile, people))
        {
            if (await desk.SubmitAsync(command, Actor.Berth) is not Submission.Done { Decision: Decision.Accepted })
            {
                throw new InvalidOperationException($"{command.GetType().Name} was refused.");
            }
        }

        return new SmallTenant(profile.Id, Guid.NewGuid(), people);
    }

    private static TenantProfile Profile(int number) =>
        new(Guid.NewGuid(), $"Tenant {number}", string.Create(CultureInfo.InvariantCulture, $"t{number}.example"), "US", TenantKind.Emulator, DateTimeOffset.UtcNow);

    private static Guid[] People(int users) => [.. Enumerable.Range(0, users).Select(static _ => Guid.NewGuid())];

    // Everybody is in the first group, every second in the second, which has the SKU, every third in the third.
    private static IEnumerable<Command> Commands(TenantProfile profile, Guid[] people)
    {
        Guid[] groups = [Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid()];
        int line = 0;
        List<ImportLine> lines =
        [
            .. groups.Select((id, i) => (ImportLine)new ImportLine.OfGroup(++line, new GroupProfile(id, $"Group {i}", null, $"group{i}", false, true, [], null, default))),
            .. people.Select((id, i) => new ImportLine.OfUser(++line, new User(
                id, string.Create(CultureInfo.InvariantCulture, $"user{i}@{profile.Domain}"), string.Create(CultureInfo.InvariantCulture, $"User {i}"), string.Create(CultureInfo.InvariantCulture, $"user{i}"),
                true, "US", default, default(UserAttributes).With(UserAttribute.Department, $"Department {i % 5}")))),
            .. people.SelectMany((id, i) => groups.Where((_, group) => i % (group + 1) == 0).Select(group => new ImportLine.OfMember(++line, group, id))),
        ];
        return
        [
            new Command.CreateSubscription(Guid.NewGuid(), _ofGroup, people.Length * 2, SubscriptionStatus.Enabled, false),
            new Command.CreateSubscription(Guid.NewGuid(), Spare, people.Length * 2, SubscriptionStatus.Enabled, false),
            .. lines.Chunk(2_000).Select(static some => new Command.ImportDirectory(some.ToValueArray())),
            new Command.AssignGroupLicenses(groups[1], [new LicenseRequest(_ofGroup, [])], []),
        ];
    }

    private static byte[] Application(SmallTenant tenant)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes))
        {
            json.WriteStartObject();
            json.WriteNumber("version", 2);
            json.WriteStartArray("apps");
            json.WriteStartObject();
            json.WriteString("clientId", tenant.Client);
            json.WriteString("objectId", Guid.NewGuid());
            json.WriteString("tenantId", tenant.Id);
            json.WriteString("displayName", "First application");
            json.WriteStartArray("permissions");
            foreach (string permission in PermissionSet.OfApplications)
            {
                json.WriteStringValue(permission);
            }

            json.WriteEndArray();
            json.WriteBase64String("salt", _salt);
            json.WriteBase64String("hash", _hash);
            json.WriteNumber("iterations", 1);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return bytes.ToArray();
    }
}
