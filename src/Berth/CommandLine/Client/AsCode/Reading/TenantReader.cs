using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Serialization.Metadata;
using Berth.CommandLine.Client.AsCode.Format;
using Berth.CommandLine.Client.AsCode.States;
using Berth.CommandLine.Client.Licenses;
using Berth.CommandLine.Client.Wire;

namespace Berth.CommandLine.Client.AsCode.Reading;

/// <summary>Reads through Graph what a file names and what its exclusive scopes need, and nothing else (B554).</summary>
/// <param name="session">Where.</param>
/// <param name="cancel">When to stop.</param>
internal sealed class TenantReader(Session session, CancellationToken cancel)
{
    private const string GroupFields = "$select=id,displayName,groupTypes,membershipRule,assignedLicenses";
    private const string UserFields = "$select=id,userPrincipalName,licenseAssignmentStates";
    private const string NameFields = "$select=id,userPrincipalName";
    private const string LargestPage = "$top=999";
    private const string Policies = "/beta/deviceManagement/virtualEndpoint/provisioningPolicies?$select=id,displayName&$expand=assignments";
    private const string Plans = $"{GraphCall.Version}/deviceManagement/virtualEndpoint/servicePlans?$select=id,displayName";

    // How many letters of a name that nobody has are asked for, to find what was meant.
    private const int Letters = 3;

    private readonly Dictionary<Guid, SeenGroup> _groups = [];
    private readonly Dictionary<Guid, SeenUser> _users = [];
    private readonly List<string> _groupsNearby = [];
    private readonly List<string> _usersNearby = [];

    /// <summary>What a file asks for; null when the server refused to tell, which was said then.</summary>
    public async Task<TenantView?> ReadAsync(LicenseFile file)
    {
        try
        {
            SkuBook skus = await BookAsync().ConfigureAwait(false);
            await GroupsAsync([.. file.Groups.Select(group => group.Name), .. file.Policies.SelectMany(policy => policy.Assignments ?? []).Select(one => one.Group)]).ConfigureAwait(false);
            foreach (Guid sku in Scopes(file, skus, sku => sku.OnlyGroups))
            {
                Keep(await AllAsync(Holding("groups", sku, GroupFields), WireJson.Default.PageWireNamedGroup, "The groups that give a SKU").ConfigureAwait(false));
            }

            foreach (WrittenGroup group in file.Groups.Where(group => group.Members is not null))
            {
                await MembersAsync(group.Name.Text).ConfigureAwait(false);
            }

            foreach (Guid sku in Scopes(file, skus, sku => sku.OnlyUsers))
            {
                Keep(await AllAsync(Holding("users", sku, UserFields), WireJson.Default.PageWireUser, "The users who have a SKU").ConfigureAwait(false));
            }

            await UsersAsync([.. file.Users.Select(user => user.Name.Text)], UserFields, hasLicenses: true).ConfigureAwait(false);
            await UsersAsync([.. file.Groups.SelectMany(group => group.Members ?? []).Select(member => member.Text)], NameFields, hasLicenses: false).ConfigureAwait(false);
            IReadOnlyDictionary<Guid, SeenPolicy> policies = file.Policies.Count == 0 ? new Dictionary<Guid, SeenPolicy>() : await PoliciesAsync().ConfigureAwait(false);
            bool hasPlans = file.Policies.SelectMany(policy => policy.Assignments ?? []).Any(one => one.ServicePlan is not null);
            return View(skus, policies, hasPlans ? await PlansAsync().ConfigureAwait(false) : []);
        }
        catch (Refusal e)
        {
            session.Screen.Refused(e.Message, e.Why);
            return null;
        }
    }

    /// <summary>What an export is to write: the whole tenant, or what is named, with all that bears the same name (B558).</summary>
    /// <param name="names">What is named, as a file; null for everything.</param>
    /// <param name="withMembers">Whether the members of groups are wanted; dynamic groups are never asked for theirs.</param>
    public async Task<TenantView?> ReadForExportAsync(LicenseFile? names, bool withMembers)
    {
        try
        {
            TenantView? seen = names is null ? null : await ReadAsync(names).ConfigureAwait(false);
            if (names is not null && seen is null)
            {
                return null;
            }

            SkuBook skus = seen?.Skus ?? await BookAsync().ConfigureAwait(false);
            IReadOnlyDictionary<Guid, SeenPolicy> policies = new Dictionary<Guid, SeenPolicy>();
            if (names is null)
            {
                Keep(await AllAsync($"{GraphCall.Version}/groups?{GroupFields}&{LargestPage}", WireJson.Default.PageWireNamedGroup, "The groups").ConfigureAwait(false));
                Keep(await AllAsync($"{GraphCall.Version}/users?{UserFields}&{LargestPage}", WireJson.Default.PageWireUser, "The users").ConfigureAwait(false));
            }

            if (names is null || names.Policies.Count > 0)
            {
                policies = await PoliciesAsync().ConfigureAwait(false);
            }

            HashSet<Guid> assigned = [.. policies.Values.SelectMany(policy => policy.Assignments).Select(one => one.Group)];
            if (names is not null)
            {
                await GroupsAsync([.. assigned.Where(id => !_groups.ContainsKey(id)).Select(id => new WrittenName($"{id}", default))]).ConfigureAwait(false);
                await GroupsAsync([.. _groups.Values.Where(group => !string.IsNullOrEmpty(group.Name)).Select(group => new WrittenName(group.Name!, default))]).ConfigureAwait(false);
            }

            bool IsMeant(SeenGroup group) => names is null
                ? group.Licenses.Count > 0 || assigned.Contains(group.Id)
                : names.Groups.Any(one => one.Name.Text.Equals(group.Name, StringComparison.OrdinalIgnoreCase) || one.Name.Text.Equals($"{group.Id}", StringComparison.OrdinalIgnoreCase))
                    || Scopes(names, skus, sku => sku.OnlyGroups).Any(group.Licenses.ContainsKey);
            foreach (SeenGroup group in _groups.Values.Where(group => withMembers && !group.IsDynamic && IsMeant(group)).ToArray())
            {
                await MembersAsync($"{group.Id}").ConfigureAwait(false);
            }

            return View(skus, policies, policies.Values.Any(policy => policy.Assignments.Any(one => one.Plan is not null)) ? await PlansAsync().ConfigureAwait(false) : []);
        }
        catch (Refusal e)
        {
            session.Screen.Refused(e.Message, e.Why);
            return null;
        }
    }

    private static IEnumerable<Guid> Scopes(LicenseFile file, SkuBook skus, Func<WrittenSku, bool> isScope) =>
        file.Skus.Where(isScope).Select(sku => skus.Find(sku.Name.Text)).OfType<Naming<NamedSku>.One>().Select(one => one.Value.Id).Distinct();

    private static string Holding(string what, Guid sku, string fields) =>
        $"{GraphCall.Version}/{what}?$filter={Uri.EscapeDataString($"assignedLicenses/any(a:a/skuId eq {sku})")}&{fields}&{LargestPage}";

    private static string Quoted(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    private static LicenseSet Licenses(IEnumerable<WireLicense>? licenses) => new((licenses ?? []).Select(one => (one.SkuId, (IEnumerable<Guid>)(one.DisabledPlans ?? []))));

    private static SeenUser Seen(WireUser user)
    {
        IReadOnlyList<WireAssignment> states = user.LicenseAssignmentStates ?? [];
        return new SeenUser(
            user.Id,
            user.UserPrincipalName,
            new LicenseSet(states.Where(one => one.AssignedByGroup is null).Select(one => (one.SkuId, (IEnumerable<Guid>)(one.DisabledPlans ?? [])))),
            new HashSet<Guid>(states.Where(one => one.IsApplied).Select(one => one.SkuId)));
    }

    private static SeenUser Named(WireUser user) => new(user.Id, user.UserPrincipalName, null, new HashSet<Guid>());

    private TenantView View(SkuBook skus, IReadOnlyDictionary<Guid, SeenPolicy> policies, IReadOnlyList<SeenPlan> plans) =>
        new(skus, _groups, _users, policies, plans) { GroupsNearby = _groupsNearby, UsersNearby = _usersNearby };

    private async Task<SkuBook> BookAsync()
    {
        Reply<SkuBook> reply = await SkuBook.OpenAsync(session.Graph, cancel).ConfigureAwait(false);
        return reply.Is(out SkuBook? book, out GraphRefusal? refusal) ? book : throw new Refusal("The tenant's SKUs", refusal);
    }

    private async Task GroupsAsync(WrittenName[] names)
    {
        string[] texts = [.. names.Select(name => name.Text).Distinct(StringComparer.OrdinalIgnoreCase)];
        GraphCall[] calls = [.. texts.Select(text => GraphCall.Get(Guid.TryParse(text, out Guid id)
            ? $"{GraphCall.Version}/groups/{id}?{GroupFields}"
            : $"{GraphCall.Version}/groups?$filter={Uri.EscapeDataString($"displayName eq {Quoted(text)}")}&{GroupFields}"))];
        List<string> missing = [];
        foreach ((string text, GraphAnswer answer) in texts.Zip(await BatchAsync(calls).ConfigureAwait(false)))
        {
            switch (answer)
            {
                case { Status: 404 }:
                    break;
                case { IsDone: false }:
                    throw new Refusal(text, GraphRefusal.Of(answer));
                case var _ when Guid.TryParse(text, out Guid _):
                    Keep([answer.Read(WireJson.Default.WireNamedGroup)]);
                    break;
                default:
                    IReadOnlyList<WireNamedGroup> found = answer.Read(WireJson.Default.PageWireNamedGroup).Value ?? [];
                    Keep(found);
                    missing.AddRange(found.Count == 0 ? [text] : []);
                    break;
            }
        }

        foreach (string beginning in Beginnings(missing))
        {
            string filter = Uri.EscapeDataString($"startswith(displayName,{Quoted(beginning)})");
            GraphAnswer answer = await session.Graph.SendAsync(GraphCall.Get($"{GraphCall.Version}/groups?$filter={filter}&$select=id,displayName"), cancel).ConfigureAwait(false);
            _groupsNearby.AddRange(answer.IsDone ? (answer.Read(WireJson.Default.PageWireNamedGroup).Value ?? []).Select(group => group.DisplayName).OfType<string>() : []);
        }
    }

    private async Task MembersAsync(string text)
    {
        // What is unclear is told by the resolution.
        SeenGroup[] named = [.. _groups.Values.Where(group => Guid.TryParse(text, out Guid id) ? group.Id == id : text.Equals(group.Name, StringComparison.OrdinalIgnoreCase))];
        if (named is not [{ IsDynamic: false } only])
        {
            return;
        }

        List<WireUser> members = await AllAsync(
            $"{GraphCall.Version}/groups/{only.Id}/members/microsoft.graph.user?{NameFields}&{LargestPage}", WireJson.Default.PageWireUser, $"The members of {text}").ConfigureAwait(false);
        _groups[only.Id] = only with { Members = members.Select(member => member.Id).ToHashSet() };
        foreach (WireUser member in members)
        {
            _users.TryAdd(member.Id, Named(member));
        }
    }

    private async Task UsersAsync(string[] names, string fields, bool hasLicenses)
    {
        HashSet<string> known = new(StringComparer.OrdinalIgnoreCase);
        foreach (SeenUser user in _users.Values.Where(user => !hasLicenses || user.Direct is not null))
        {
            known.Add($"{user.Id}");
            known.Add(user.Name ?? "");
        }

        string[] asked = [.. names.Distinct(StringComparer.OrdinalIgnoreCase).Where(name => LicenseArguments.IsUser(name) && !known.Contains(name))];
        List<string> missing = [];
        foreach ((string name, GraphAnswer answer) in asked.Zip(await BatchAsync([.. asked.Select(name => GraphCall.Get($"{UserCommands.PathOf(name)}?{fields}"))]).ConfigureAwait(false)))
        {
            if (answer.Status == 404)
            {
                missing.AddRange(Guid.TryParse(name, out _) ? [] : [name]);
                continue;
            }

            WireUser user = answer.IsDone ? answer.Read(WireJson.Default.WireUser) : throw new Refusal(name, GraphRefusal.Of(answer));
            if (hasLicenses || !_users.ContainsKey(user.Id))
            {
                _users[user.Id] = hasLicenses ? Seen(user) : Named(user);
            }
        }

        foreach (string beginning in Beginnings(missing))
        {
            string filter = Uri.EscapeDataString($"startswith(userPrincipalName,{Quoted(beginning)})");
            GraphAnswer answer = await session.Graph.SendAsync(GraphCall.Get($"{GraphCall.Version}/users?$filter={filter}&{NameFields}"), cancel).ConfigureAwait(false);
            _usersNearby.AddRange(answer.IsDone ? (answer.Read(WireJson.Default.PageWireUser).Value ?? []).Select(user => user.UserPrincipalName).OfType<string>() : []);
        }
    }

    // Whoever mistyped the end is found by the first half, whoever mistyped the middle by the first letters. Only for what is told: many wrong names get help for the first.
    private static IEnumerable<string> Beginnings(IEnumerable<string> missing) => missing.Where(name => name.Length >= Letters).Take(CodeLimits.Problems)
        .SelectMany(name => new[] { name[..Math.Max(Letters, name.Length / 2)], name[..Letters] }).Distinct(StringComparer.OrdinalIgnoreCase);

    private async Task<IReadOnlyDictionary<Guid, SeenPolicy>> PoliciesAsync() =>
        (await AllAsync(Policies, WireJson.Default.PageWirePolicy, "The provisioning policies").ConfigureAwait(false)).ToDictionary(policy => policy.Id, policy => new SeenPolicy(
            policy.Id,
            policy.DisplayName,
            [.. (policy.Assignments ?? []).Select(one => one.Target).OfType<WireAssignmentTarget>().Select(target => new SeenAssignment(
                target.GroupId,
                Guid.TryParse(target.ServicePlanId, out Guid plan) && plan != Guid.Empty ? plan : null,
                target.AllotmentDisplayName,
                target.AllotmentLicensesCount))]));

    private async Task<IReadOnlyList<SeenPlan>> PlansAsync() =>
        [.. (await AllAsync(Plans, WireJson.Default.PageWireCloudPcPlan, "The service plans").ConfigureAwait(false)).Select(plan => new SeenPlan(plan.Id, plan.DisplayName))];

    private void Keep(IEnumerable<WireNamedGroup> groups)
    {
        foreach (WireNamedGroup group in groups)
        {
            bool isDynamic = group.MembershipRule is not null && (group.GroupTypes ?? []).Contains("DynamicMembership", StringComparer.OrdinalIgnoreCase);
            _groups.TryAdd(group.Id, new SeenGroup(group.Id, group.DisplayName, isDynamic, Licenses(group.AssignedLicenses), null));
        }
    }

    private void Keep(IEnumerable<WireUser> users)
    {
        foreach (WireUser user in users)
        {
            _users[user.Id] = Seen(user);
        }
    }

    private async Task<GraphAnswer[]> BatchAsync(GraphCall[] calls) => calls.Length == 0 ? [] : await session.Graph.SendBatchAsync(calls, cancel).ConfigureAwait(false);

    private async Task<List<T>> AllAsync<T>(string path, JsonTypeInfo<Page<T>> type, string about)
    {
        Reply<List<T>> reply = await session.Graph.GetAllAsync(path, type, cancel).ConfigureAwait(false);
        return reply.Is(out List<T>? all, out GraphRefusal? refusal) ? all : throw new Refusal(about, refusal);
    }

    [SuppressMessage("Design", "CA1032:Implement standard exception constructors", Justification = "Thrown and caught here alone.")]
    private sealed class Refusal(string about, GraphRefusal why) : Exception(about)
    {
        public GraphRefusal Why => why;
    }
}
