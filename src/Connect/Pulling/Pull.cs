using Berth.Connect.Copies;
using Berth.Connect.Wire;

namespace Berth.Connect.Pulling;

/// <summary>What a pull read.</summary>
/// <param name="Copy">The new copy.</param>
/// <param name="WasFull">Whether everything was read, and not only what changed.</param>
/// <param name="Note">Why everything was read although there was a copy; null otherwise.</param>
/// <param name="UsersRead">Users that were read.</param>
/// <param name="GroupsRead">Groups that were read.</param>
public sealed record Pulled(TenantCopy Copy, bool WasFull, string? Note, int UsersRead, int GroupsRead);

/// <summary>
/// Reads a tenant. The first time everything; later what delta queries tell to have changed, whatever showed an error, and the small parts whole (B563). Delta says who
/// changed, a plain read says how it is: <c>licenseAssignmentStates</c> is not among what every Graph follows.
/// </summary>
public sealed class Pull
{
    private const string V1 = "/v1.0", Endpoint = "/beta/deviceManagement/virtualEndpoint";
    private const string FollowedOfUsers = "userPrincipalName,displayName,accountEnabled,usageLocation,department,jobTitle,companyName,city,state,country,assignedLicenses";

    private readonly Reading _read;
    private readonly Action<string> _progress;
    private readonly List<MissingPart> _missing = [];

    private Pull(GraphPort port, Action<string> progress) => (_read, _progress) = (new Reading(port, progress), progress);

    /// <summary>Who the tenant is: what is shown before anything is done with it.</summary>
    /// <exception cref="PullRefusedException">It does not say.</exception>
    /// <exception cref="ConnectFailedException">Nobody could be asked.</exception>
    public static async Task<GraphOrganization> OrganizationAsync(GraphPort port, CancellationToken cancel) =>
        (await new Reading(port, static _ => { }).AllAsync("the organization", Reading.Permissions.Organization, $"{V1}/organization", GraphJson.Default.GraphPageGraphOrganization, cancel)
            .ConfigureAwait(false)) is [var only, ..] ? only : throw new ConnectFailedException("the tenant shows no organization.");

    /// <summary>Reads a tenant.</summary>
    /// <param name="port">The way to it.</param>
    /// <param name="former">The copy there is; null reads everything.</param>
    /// <param name="now">Now.</param>
    /// <param name="progress">Is told how far it is.</param>
    /// <param name="cancel">Ends it; nothing was kept then.</param>
    /// <exception cref="PullRefusedException">A part that nothing works without cannot be read.</exception>
    /// <exception cref="ConnectFailedException">Nobody could be asked.</exception>
    public static async Task<Pulled> RunAsync(GraphPort port, TenantCopy? former, DateTimeOffset now, Action<string> progress, CancellationToken cancel)
    {
        GraphOrganization organization = await OrganizationAsync(port, cancel).ConfigureAwait(false);
        if (former is not null && former.Head.Organization.Id != organization.Id)
        {
            return await new Pull(port, progress).FullAsync(organization, now, "the copy is of another organization", cancel).ConfigureAwait(false);
        }

        if (former is null)
        {
            return await new Pull(port, progress).FullAsync(organization, now, null, cancel).ConfigureAwait(false);
        }

        try
        {
            return await new Pull(port, progress).ChangesAsync(former, organization, now, cancel).ConfigureAwait(false);
        }
        catch (PullRefusedException e) when (e.Answer.Status == 410)
        {
            return await new Pull(port, progress).FullAsync(organization, now, "the last pull is too long ago to be told only what changed (410)", cancel).ConfigureAwait(false);
        }
    }

    private async Task<Pulled> FullAsync(GraphOrganization organization, DateTimeOffset now, string? note, CancellationToken cancel)
    {
        // The token comes first: what changes while pages are read is told next time, so that nothing falls between.
        (_, string usersDelta) = await _read.RoundAsync("users", Reading.Permissions.Users, $"{V1}/users/delta?$deltatoken=latest&$select={FollowedOfUsers}", cancel).ConfigureAwait(false);
        List<GraphUser> users = await _read.AllAsync(
            "users", Reading.Permissions.Users, $"{V1}/users?$select={GraphUser.Selected}&$top=999", GraphJson.Default.GraphPageGraphUser, cancel).ConfigureAwait(false);
        (List<GraphChange> members, string groupsDelta) = await _read.RoundAsync(
            "members of groups", Reading.Permissions.Groups, $"{V1}/groups/delta?$select=displayName,members", cancel).ConfigureAwait(false);
        List<GraphGroup> groups = await GroupsAsync(cancel).ConfigureAwait(false);

        Dictionary<Guid, GraphMembers> byGroup = [];
        Follow(byGroup, members);
        TenantCopy copy = await WithTheRestAsync(
            Keyed(users, static one => one.Id), Keyed(groups, static one => one.Id), byGroup, new CopyHead(CopyHead.Format, organization, now, usersDelta, groupsDelta, _missing), cancel)
            .ConfigureAwait(false);
        return new Pulled(copy, true, note, users.Count, groups.Count);
    }

    private async Task<Pulled> ChangesAsync(TenantCopy former, GraphOrganization organization, DateTimeOffset now, CancellationToken cancel)
    {
        (List<GraphChange> ofUsers, string usersDelta) = await _read.RoundAsync("changes of users", Reading.Permissions.Users, former.Head.UsersDelta, cancel).ConfigureAwait(false);
        (List<GraphChange> ofGroups, string groupsDelta) = await _read.RoundAsync("changes of groups", Reading.Permissions.Groups, former.Head.GroupsDelta, cancel).ConfigureAwait(false);

        Dictionary<Guid, GraphMembers> members = new(former.Members);
        Follow(members, ofGroups);
        OrderedDictionary<Guid, GraphGroup> groups = Keyed(await GroupsAsync(cancel).ConfigureAwait(false), static one => one.Id);
        foreach (Guid gone in members.Keys.Where(id => !groups.ContainsKey(id)).ToArray())
        {
            members.Remove(gone);
        }

        // A source can come or go, or fail, and leave what the user holds as it was: then no delta of users need tell of it.
        HashSet<Guid> again = [.. ofUsers.Select(static one => one.Id), .. former.Users.Values.Where(static one => one.IsTroubled).Select(static one => one.Id)];
        HashSet<Guid> turned = [.. ofGroups.Select(static one => one.Id)];
        foreach (Guid id in former.Groups.Keys.Union(groups.Keys))
        {
            GraphGroup? before = former.Groups.GetValueOrDefault(id), after = groups.GetValueOrDefault(id);
            if ((before?.IsLicensed == true || after?.IsLicensed == true) && (turned.Contains(id) || !SameLicenses(before, after)))
            {
                again.UnionWith(former.Members.GetValueOrDefault(id)?.Users ?? []);
                again.UnionWith(members.GetValueOrDefault(id)?.Users ?? []);
            }
        }

        string[] licensed = [.. groups.Values.Where(static one => one.IsLicensed).Select(static one => $"{V1}/groups/{one.Id}/membersWithLicenseErrors?$select=id")];
        foreach (GraphPage<GraphChange>? page in await _read.EachAsync(
            "members with errors", Reading.Permissions.Groups, licensed, GraphJson.Default.GraphPageGraphChange, cancel).ConfigureAwait(false))
        {
            again.UnionWith(page?.Value?.Select(static one => one.Id) ?? []);
            if (page?.NextLink is { } next)
            {
                again.UnionWith((await _read.AllAsync("members with errors", Reading.Permissions.Groups, next, GraphJson.Default.GraphPageGraphChange, cancel).ConfigureAwait(false)).Select(static one => one.Id));
            }
        }

        OrderedDictionary<Guid, GraphUser> users = new(former.Users);
        List<GraphUser?> fresh = await _read.EachAsync(
            "users", Reading.Permissions.Users, [.. again.Select(static id => $"{V1}/users/{id}?$select={GraphUser.Selected}")], GraphJson.Default.GraphUser, cancel).ConfigureAwait(false);
        foreach ((Guid id, GraphUser? user) in again.Zip(fresh))
        {
            if (user is null)
            {
                users.Remove(id);
            }
            else
            {
                users[id] = user;
            }
        }

        TenantCopy copy = await WithTheRestAsync(
            users, groups, members, new CopyHead(CopyHead.Format, organization, now, usersDelta, groupsDelta, _missing), cancel).ConfigureAwait(false);
        return new Pulled(copy, false, null, fresh.Count, groups.Count);
    }

    // Groups are few beside users, so all are read: of their licenses no delta need tell.
    private Task<List<GraphGroup>> GroupsAsync(CancellationToken cancel) =>
        _read.AllAsync("groups", Reading.Permissions.Groups, $"{V1}/groups?$select={GraphGroup.Selected}&$top=999", GraphJson.Default.GraphPageGraphGroup, cancel);

    private static bool SameLicenses(GraphGroup? one, GraphGroup? other) => Described(one).SetEquals(Described(other));

    private static HashSet<string> Described(GraphGroup? group) =>
        [.. (group?.AssignedLicenses ?? []).Select(static one => $"{one.SkuId} {string.Join(' ', (one.DisabledPlans ?? []).Order())}")];

    private async Task<TenantCopy> WithTheRestAsync(
        OrderedDictionary<Guid, GraphUser> users, OrderedDictionary<Guid, GraphGroup> groups, Dictionary<Guid, GraphMembers> members, CopyHead head, CancellationToken cancel)
    {
        List<GraphSku> skus = await _read.AllAsync("SKUs", Reading.Permissions.Skus, $"{V1}/subscribedSkus", GraphJson.Default.GraphPageGraphSku, cancel).ConfigureAwait(false);
        List<GraphSubscription> subscriptions = await UnlessRefusedAsync(
            "subscriptions", Reading.Permissions.Organization, $"{V1}/directory/subscriptions", GraphJson.Default.GraphPageGraphSubscription, cancel).ConfigureAwait(false);
        List<GraphPolicy> policies = await UnlessRefusedAsync(
            "provisioning policies", Reading.Permissions.CloudPcs, $"{Endpoint}/provisioningPolicies?$expand=assignments", GraphJson.Default.GraphPageGraphPolicy, cancel).ConfigureAwait(false);
        List<GraphCloudPc> machines = await UnlessRefusedAsync(
            "Cloud PCs", Reading.Permissions.CloudPcs, $"{Endpoint}/cloudPCs?$select={GraphCloudPc.Selected}", GraphJson.Default.GraphPageGraphCloudPc, cancel).ConfigureAwait(false);
        List<GraphSnapshot> snapshots = machines.Count == 0 ? [] : await UnlessRefusedAsync(
            "restore points", Reading.Permissions.CloudPcs, $"{Endpoint}/snapshots?$select={GraphSnapshot.Selected}", GraphJson.Default.GraphPageGraphSnapshot, cancel).ConfigureAwait(false);
        return new TenantCopy(head with { Missing = [.. _missing] })
        {
            Users = users, Groups = groups, Members = members, Skus = skus, Subscriptions = subscriptions, Policies = policies, CloudPcs = machines, Snapshots = snapshots,
        };
    }

    private async Task<List<T>> UnlessRefusedAsync<T>(
        string part, string permission, string path, System.Text.Json.Serialization.Metadata.JsonTypeInfo<GraphPage<T>> type, CancellationToken cancel)
    {
        try
        {
            return await _read.AllAsync(part, permission, path, type, cancel).ConfigureAwait(false);
        }
        catch (PullRefusedException e) when (e.Answer.Status == 403)
        {
            _missing.Add(new MissingPart(part, permission));
            _progress($"{part}: not permitted without {permission}");
            return [];
        }
    }

    private static OrderedDictionary<Guid, T> Keyed<T>(List<T> all, Func<T, Guid> id)
    {
        OrderedDictionary<Guid, T> keyed = new(all.Count);
        foreach (T one in all)
        {
            // What moves between pages while they are read can come twice.
            keyed[id(one)] = one;
        }

        return keyed;
    }

    // Pages in their order: who came, who went, and what is gone altogether.
    private static void Follow(Dictionary<Guid, GraphMembers> members, List<GraphChange> changes)
    {
        foreach (IGrouping<Guid, GraphChange> group in changes.GroupBy(static one => one.Id))
        {
            GraphMembers before = members.GetValueOrDefault(group.Key) ?? new GraphMembers(group.Key, [], []);
            SortedSet<Guid> users = [.. before.Users], groups = [.. before.Groups];
            foreach (GraphChange change in group)
            {
                if (change.Removed is not null)
                {
                    users.Clear();
                    groups.Clear();
                }

                foreach (GraphMemberChange member in change.Members ?? [])
                {
                    if (member.Removed is not null)
                    {
                        users.Remove(member.Id);
                        groups.Remove(member.Id);
                    }
                    else if (member.Type is "#microsoft.graph.group")
                    {
                        groups.Add(member.Id);
                    }
                    else if (member.Type is null or "#microsoft.graph.user")
                    {
                        users.Add(member.Id);
                    }
                }
            }

            if (users.Count + groups.Count == 0)
            {
                members.Remove(group.Key);
            }
            else
            {
                members[group.Key] = new GraphMembers(group.Key, [.. users], [.. groups]);
            }
        }
    }
}
