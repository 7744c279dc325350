using System.Text;
using System.Text.Json;
using Berth.Engine;
using Berth.Engine.Catalog;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using Berth.Engine.Licensing;
using Berth.Graph;
using Berth.Graph.Requests;
using Berth.Ledger;
using Berth.Ledger.Stores;
using CsCheck;
using Xunit;

namespace Berth.Conformance.Tests.Graph;

/// <summary>
/// Clients that follow deltas while random commands change the directory between any two pages: after a round without changes each has exactly
/// what a full read shows (B184).
/// </summary>
public sealed class RandomFollowers
{
    private const string UserProperties =
        "displayName,userPrincipalName,accountEnabled,usageLocation,jobTitle,city,department,businessPhones,assignedLicenses,assignedPlans,provisionedPlans,licenseAssignmentStates";

    private const string GroupProperties = "displayName,description,securityEnabled,mailNickname,assignedLicenses,licenseProcessingState";

    private static readonly DateTimeOffset _noon = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_client_that_follows_deltas_always_has_what_a_full_read_shows() =>
        await Draws.TryAsync(Gen.Select(Gen.Int[0, 17], Gen.Int[0, 11], Gen.Int[0, 11], Gen.Int[0, 5]).Array[0, 60], 300, RunAsync);

    private static async Task RunAsync((int Kind, int A, int B, int C)[] steps)
    {
        await using LedgerDoor ledger = LedgerDoor.Open(new MemoryStore(), TimeProvider.System);
        TenantDesk desk = ((TenantCreation.Created)await ledger.CreateTenantAsync(
            new Command.CreateTenant(new TenantProfile(Company.TenantId, "Fabrikam", "fabrikam.example", "US", TenantKind.Emulator, _noon), SkuCatalog.BuiltIn), Actor.Berth)).Desk;
        await desk.SubmitAsync(new Command.CreateSubscription(Guid.NewGuid(), Company.E5, 3, SubscriptionStatus.Enabled, false), Actor.Berth);
        Follower[] followers =
        [
            new(desk, $"/v1.0/users/delta?$select={UserProperties},manager", 1),
            new(desk, $"/beta/users/delta?$select={UserProperties},manager", 3),
            new(desk, $"/v1.0/groups/delta?$select={GroupProperties},members,owners", 1),
            new(desk, $"/v1.0/groups/delta?$select={GroupProperties},members,owners", 2),
        ];
        int next = 0;
        foreach ((int kind, int a, int b, int c) in steps)
        {
            if (kind >= 14)
            {
                await followers[(kind + a) % followers.Length].ReadPageAsync();
            }
            else if (CommandOf(desk.Current, kind, a, b, c, ref next) is { } command)
            {
                // Many are refused: that is a step without an effect.
                await desk.SubmitAsync(command, Actor.Berth);
            }
        }

        SortedDictionary<string, string> users = FullUsers(desk), groups = FullGroups(desk);
        for (int i = 0; i < followers.Length; i++)
        {
            await followers[i].CatchUpAsync();
            SortedDictionary<string, string> expected = i < 2 ? users : groups, seen = followers[i].State();
            Assert.Equal(string.Join('\n', expected.Select(pair => $"{pair.Key} {pair.Value}")), string.Join('\n', seen.Select(pair => $"{pair.Key} {pair.Value}")));
        }
    }

    private static Command? CommandOf(Tenant tenant, int kind, int a, int b, int c, ref int next)
    {
        string[] values = ["", "x", "y", "z"];
        User?[] users = [.. Enumerable.Range(0, tenant.Users.Count).Select(i => tenant.Users[i])];
        User? user = users.Length == 0 ? null : users[a % users.Length], other = users.Length == 0 ? null : users[b % users.Length];
        Group[] all = [.. Enumerable.Range(0, tenant.Groups.Count).Select(i => tenant.Groups[i])];
        Group? group = all.Length == 0 ? null : all[a % all.Length], inner = all.Length == 0 ? null : all[b % all.Length];
        switch (kind)
        {
            case 0 or 1:
                // An id can come back after its user is gone for good.
                Guid id = new(next++ % 14 + 1, 0, 0, new byte[8]);
                string name = $"user{next}";
                return new Command.CreateUser(new User(id, $"{name}@fabrikam.example", name, name, true, "US", _noon, default));
            case 2:
                return user is null ? null : new Command.UpdateUser(user with
                {
                    DisplayName = $"n{b}",
                    Attributes = user.Attributes.With(UserAttribute.JobTitle, values[b % 4]).With(UserAttribute.City, values[c % 4]),
                });
            case 3:
                return user is null ? null : new Command.DeleteUser(user.Id);
            case 4:
                return new Command.CreateGroup(
                    new GroupProfile(Guid.NewGuid(), $"g{a}", null, $"g{a}", false, true, [], null, _noon), user is null ? [] : [user.Id]);
            case 5:
                return group is null ? null : new Command.UpdateGroup(group.Profile with { Description = b % 3 == 0 ? null : $"d{b}" }, []);
            case 6:
                return group is null ? null : new Command.DeleteGroup(group.Id);
            case 7 or 8:
                return group is null || other is null ? null : new Command.AddMembers(group.Id, [c == 0 && inner is not null ? inner.Id : other.Id]);
            case 9:
                return group is null || other is null ? null : new Command.RemoveMember(group.Id, c == 0 && inner is not null ? inner.Id : other.Id);
            case 12:
                return group is null || other is null ? null : new Command.AddOwners(group.Id, [other.Id]);
            case 13:
                return group is null || other is null ? null : new Command.RemoveOwner(group.Id, other.Id);
            case 10:
                return user is null ? null : new Command.ReportTo(user.Id, b % 3 == 0 ? null : other?.Id);
            default:
                LicenseRequest[] add = c % 2 == 0 ? [new LicenseRequest(Company.E5, [])] : [];
                Guid[] remove = c % 2 == 0 ? [] : [Company.E5];
                return b % 2 == 0
                    ? user is null ? null : new Command.AssignUserLicenses(user.Id, [.. add], [.. remove])
                    : group is null ? null : new Command.AssignGroupLicenses(group.Id, [.. add], [.. remove]);
        }
    }

    private static SortedDictionary<string, string> FullUsers(TenantDesk desk)
    {
        SortedDictionary<string, string> state = new(StringComparer.Ordinal);
        foreach (JsonElement user in Full(desk, $"/v1.0/users?$select=id,{UserProperties}&$top=999"))
        {
            Tenant tenant = desk.Current;
            int manager = tenant.ManagerOf(tenant.FindUser(user.GetProperty("id").GetGuid()));
            state.Add(user.GetProperty("id").GetString()!, Show(user, manager < 0 ? [] : [("manager", [$"{tenant.Users[manager]!.Id}"])]));
        }

        return state;
    }

    private static SortedDictionary<string, string> FullGroups(TenantDesk desk)
    {
        SortedDictionary<string, string> state = new(StringComparer.Ordinal);
        foreach (JsonElement group in Full(desk, $"/v1.0/groups?$select=id,{GroupProperties}&$top=999"))
        {
            (string, string[])[] links = [.. ((string[])["members", "owners"]).Select(relation => (relation, Linked(desk, $"/v1.0/groups/{group.GetProperty("id").GetString()}/{relation}")))];
            state.Add(group.GetProperty("id").GetString()!, Show(group, [.. links.Where(link => link.Item2.Length > 0)]));
        }

        return state;
    }

    private static string[] Linked(TenantDesk desk, string target) =>
        [.. Full(desk, $"{target}?$select=id&$top=999").Select(linked => linked.GetProperty("id").GetString()!).Order(StringComparer.Ordinal)];

    private static JsonElement[] Full(TenantDesk desk, string target)
    {
        using GraphResponse response = Assert.IsType<Handling.Answered>(GraphRoom.Handle(desk.Current, Company.Request(target))).Response;
        return [.. JsonDocument.Parse(response.Body.ToArray()).RootElement.GetProperty("value").EnumerateArray()];
    }

    private static string Show(JsonElement item, (string Name, string[] Ids)[] links) => Show(
        item.EnumerateObject().Where(property => !property.Name.StartsWith('@') && property.Value.ValueKind != JsonValueKind.Null).ToDictionary(property => property.Name, property => property.Value.GetRawText()),
        links);

    private static string Show(Dictionary<string, string> properties, (string Name, string[] Ids)[] links) =>
        string.Join(' ', properties.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}")) + " "
        + string.Join(' ', links.Select(link => $"{link.Name}:{string.Join(',', link.Ids)}"));

    /// <summary>A client: merges every page into what it has, as Graph's pages tell clients to.</summary>
    private sealed class Follower(TenantDesk desk, string first, int pageSize)
    {
        private readonly Dictionary<string, Dictionary<string, string>> _objects = new(StringComparer.Ordinal);
        private readonly Dictionary<string, SortedDictionary<string, SortedSet<string>>> _links = new(StringComparer.Ordinal);
        private string _link = first;

        public async Task CatchUpAsync()
        {
            for (int quiet = 0, pages = 0; quiet < 2; pages++)
            {
                Assert.True(pages < 2000, "the links never end");
                (int items, bool ended) = await ReadPageAsync();
                quiet = ended && items == 0 ? quiet + 1 : 0;
            }
        }

        public async Task<(int Items, bool Ended)> ReadPageAsync()
        {
            string target = _link.Replace("https://graph.test", "", StringComparison.Ordinal);
            using GraphResponse response = await GraphRoom.AnswerAsync(
                desk, Company.Request(target, request => request with { Prefer = $"odata.maxpagesize={pageSize}", ReceivedAt = _noon }), CancellationToken.None);
            Assert.True(response.Status == 200, Encoding.UTF8.GetString(response.Body.Span));
            JsonElement page = JsonDocument.Parse(response.Body).RootElement;
            JsonElement[] items = [.. page.GetProperty("value").EnumerateArray()];
            foreach (JsonElement item in items)
            {
                Merge(item);
            }

            bool ended = page.TryGetProperty("@odata.deltaLink", out JsonElement link);
            _link = (ended ? link : page.GetProperty("@odata.nextLink")).GetString()!;
            return (items.Length, ended);
        }

        public SortedDictionary<string, string> State()
        {
            SortedDictionary<string, string> state = new(StringComparer.Ordinal);
            foreach ((string id, Dictionary<string, string> properties) in _objects)
            {
                state.Add(id, Show(properties, [.. _links[id].Where(link => link.Value.Count > 0).Select(link => (link.Key, link.Value.ToArray()))]));
            }

            return state;
        }

        private void Merge(JsonElement item)
        {
            string id = item.GetProperty("id").GetString()!;
            if (item.TryGetProperty("@removed", out _))
            {
                _objects.Remove(id);
                _links.Remove(id);
                return;
            }

            if (!_objects.TryGetValue(id, out Dictionary<string, string>? properties))
            {
                _objects.Add(id, properties = new Dictionary<string, string>(StringComparer.Ordinal));
                _links[id] = new SortedDictionary<string, SortedSet<string>>(StringComparer.Ordinal);
            }

            foreach (JsonProperty property in item.EnumerateObject())
            {
                if (property.Name.EndsWith("@delta", StringComparison.Ordinal))
                {
                    string relation = property.Name[..^"@delta".Length];
                    if (!_links[id].TryGetValue(relation, out SortedSet<string>? ids))
                    {
                        _links[id].Add(relation, ids = new SortedSet<string>(StringComparer.Ordinal));
                    }

                    foreach (JsonElement link in property.Value.EnumerateArray())
                    {
                        _ = link.TryGetProperty("@removed", out _) ? ids.Remove(link.GetProperty("id").GetString()!) : ids.Add(link.GetProperty("id").GetString()!);
                    }
                }
                else if (property.Value.ValueKind == JsonValueKind.Null)
                {
                    properties.Remove(property.Name);
                }
                else
                {
                    properties[property.Name] = property.Value.GetRawText();
                }
            }
        }
    }
}
