using System.Text.Json;
using Berth.Connect.Wire;

namespace Berth.Connect.Writing;

/// <summary>
/// One look into the tenant for any number of wishes: each object is read once, in batches, however many wishes are about it (B575). It says what Graph shows and
/// nothing that was sent.
/// </summary>
/// <param name="port">The way to the tenant.</param>
internal sealed class TenantLook(GraphPort port)
{
    // What Microsoft has of Cloud PCs beyond the first years of v1.0 is in beta only: states that are newer, and allotments (B537).
    private const string Version = "/v1.0", Endpoint = "/beta/deviceManagement/virtualEndpoint";

    private readonly Dictionary<string, JsonElement> _read = new(StringComparer.Ordinal);
    private readonly Dictionary<Guid, HashSet<Guid>> _members = [];

    /// <summary>What the tenant says of wishes, in their order.</summary>
    /// <param name="wishes">The wishes.</param>
    /// <param name="since">When the run began: what happened to a Cloud PC after it is the run's doing.</param>
    /// <param name="cancel">Stops looking.</param>
    public async Task<IReadOnlyList<Sight>> AtAsync(IReadOnlyCollection<Wish> wishes, DateTimeOffset since, CancellationToken cancel)
    {
        await ReadAsync([.. wishes.SelectMany(Paths).Distinct(StringComparer.Ordinal)], cancel).ConfigureAwait(false);
        foreach (Guid group in wishes.Select(GroupToList).OfType<Guid>().Distinct())
        {
            await ReadMembersAsync(group, cancel).ConfigureAwait(false);
        }

        Guid[] troubled = Judge<Guid>(() => [.. wishes.OfType<Wish.GroupLicense>().Where(wish => Of(wish, since) is Sight.Seen && wish.Add.Count > 0).Select(static wish => wish.GroupId)]);
        await ReadAsync([.. troubled.Select(Errors)], cancel).ConfigureAwait(false);
        return Judge<Sight>(() => [.. wishes.Select(wish => Of(wish, since))]);
    }

    /// <summary>Whether users have arrived at what they gain: seen, not yet, or the error that stands in the way.</summary>
    public async Task<IReadOnlyList<Sight>> AtAsync(IReadOnlyCollection<Gain> gains, CancellationToken cancel)
    {
        IEnumerable<string> paths = gains.SelectMany(static gain => gain.GroupId is { } group ? new[] { UserPath(gain.UserId), GroupPath(group) } : [UserPath(gain.UserId)]);
        await ReadAsync([.. paths.Distinct(StringComparer.Ordinal)], cancel).ConfigureAwait(false);
        return Judge<Sight>(() => [.. gains.Select(gain => License(gain.UserId, gain.GroupId, gain.SkuId, null) is Sight.Never never && (gain.GroupId is null || IsProcessed(gain.GroupId.Value))
            ? never
            : When(License(gain.UserId, gain.GroupId, gain.SkuId, null) is Sight.Seen))]);
    }

    // What Graph shows is somebody else's: a shape that it cannot have is no crash of ours.
    private static T[] Judge<T>(Func<T[]> judge)
    {
        try
        {
            return judge();
        }
        catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new ConnectFailedException("the tenant shows something that is not Microsoft Graph's: is the address right?", e);
        }
    }

    private static string UserPath(Guid user) => $"{Version}/users/{user}?$select=id,userPrincipalName,licenseAssignmentStates";

    private static string GroupPath(Guid group) => $"{Version}/groups/{group}?$select=id,assignedLicenses,licenseProcessingState";

    private static string Errors(Guid group) => $"{Version}/groups/{group}/membersWithLicenseErrors?$select=id,userPrincipalName";

    private static string PolicyPath(Guid policy) => $"{Endpoint}/provisioningPolicies/{policy}?$expand=assignments";

    private static string CloudPcPath(Guid id) => $"{Endpoint}/cloudPCs/{id}";

    private static string PropertiesPath(Wish.Properties wish) => $"{Version}/users/{wish.UserId}?$select=id,{string.Join(',', wish.Set.EnumerateObject().Select(static one => one.Name))}";

    private static IEnumerable<string> Paths(Wish wish) => wish switch
    {
        Wish.UserLicense one => [UserPath(one.UserId)],
        Wish.GroupLicense one => [GroupPath(one.GroupId)],
        Wish.Member { Gives.Count: > 0 } one => [UserPath(one.MemberId), GroupPath(one.GroupId)],
        Wish.Properties one => [PropertiesPath(one)],
        Wish.ReportsTo one => [$"{Version}/users/{one.UserId}/manager?$select=id"],
        Wish.Policy one => [PolicyPath(one.PolicyId)],
        Wish.CloudPcAction one => [CloudPcPath(one.CloudPcId)],
        Wish.NoUser one => [$"{Version}/users/{one.UserId}?$select=id"],
        _ => [],
    };

    // A license that came through the group proves the membership; nothing else does.
    private static Guid? GroupToList(Wish wish) => wish switch
    {
        Wish.Member { Gives.Count: 0 } one => one.GroupId,
        Wish.NoMember one => one.GroupId,
        _ => null,
    };

    private Sight Of(Wish wish, DateTimeOffset since) => wish switch
    {
        Wish.UserLicense one => All(
            [.. one.Add.Select(license => License(one.UserId, null, license.SkuId, license.DisabledPlans)), .. one.Remove.Select(sku => NoLicense(one.UserId, sku))]),
        Wish.GroupLicense one => Group(one),
        Wish.Member { Gives.Count: > 0 } one => Joined(one),
        Wish.Member one => When(_members[one.GroupId].Contains(one.MemberId)),
        Wish.NoMember one => When(!_members[one.GroupId].Contains(one.MemberId)),
        Wish.Properties one => When(IsThere(PropertiesPath(one), out JsonElement user) && one.Set.EnumerateObject().All(property => IsSame(property.Value, user, property.Name))),
        Wish.ReportsTo one => When(IsThere($"{Version}/users/{one.UserId}/manager?$select=id", out JsonElement manager) && manager.GetProperty("id").GetGuid() == one.ManagerId),
        Wish.Policy one => When(IsThere(PolicyPath(one.PolicyId), out JsonElement policy) && IsAssigned(policy, one.Assignments)),
        Wish.CloudPcAction one => CloudPc(one, since),
        Wish.NoUser one => When(!IsThere($"{Version}/users/{one.UserId}?$select=id", out _)),
        _ => throw new InvalidOperationException($"Nobody has said how {wish.GetType().Name} is seen."),
    };

    private Sight License(Guid user, Guid? group, Guid sku, IReadOnlyList<Guid>? disabled)
    {
        foreach (JsonElement state in States(user).Where(state => IsFrom(state, group) && state.GetProperty("skuId").GetGuid() == sku))
        {
            return Text(state, "state") switch
            {
                "Active" or "ActiveWithError" => When(disabled is null || Ids(state, "disabledPlans").SetEquals(disabled)),
                "Error" => new Sight.Never($"{Name(user)}: {Text(state, "error") ?? "error"} for SKU {sku}{(group is null ? "" : $" from group {group}")}"),
                _ => new Sight.NotYet(),
            };
        }

        return new Sight.NotYet();
    }

    private Sight NoLicense(Guid user, Guid sku) => When(!Array.Exists(States(user), state => IsFrom(state, null) && state.GetProperty("skuId").GetGuid() == sku));

    // As long as the group is being processed an error may be of the time before.
    private Sight Joined(Wish.Member wish)
    {
        Sight all = All([.. wish.Gives.Select(sku => License(wish.MemberId, wish.GroupId, sku, null))]);
        return all is Sight.Never never
            ? IsProcessed(wish.GroupId) ? new Sight.Never($"is a member, but the license has an error: {never.Reason}") : new Sight.NotYet()
            : all;
    }

    private Sight Group(Wish.GroupLicense wish)
    {
        if (!IsThere(GroupPath(wish.GroupId), out JsonElement group) || !group.TryGetProperty("assignedLicenses", out JsonElement licenses) || licenses.ValueKind != JsonValueKind.Array)
        {
            return new Sight.NotYet();
        }

        bool isAsWanted = wish.Add.All(license => licenses.EnumerateArray().Any(one => one.GetProperty("skuId").GetGuid() == license.SkuId && Ids(one, "disabledPlans").SetEquals(license.DisabledPlans)))
            && !wish.Remove.Any(sku => licenses.EnumerateArray().Any(one => one.GetProperty("skuId").GetGuid() == sku));
        return isAsWanted && IsProcessed(wish.GroupId) ? new Sight.Seen(MembersInError(wish.GroupId)) : new Sight.NotYet();
    }

    private string? MembersInError(Guid group)
    {
        if (!IsThere(Errors(group), out JsonElement page) || page.GetProperty("value") is not { ValueKind: JsonValueKind.Array } members || members.GetArrayLength() == 0)
        {
            return null;
        }

        string[] named = [.. members.EnumerateArray().Take(ApplyLimits.NamedMembers).Select(static one => Text(one, "userPrincipalName") ?? one.GetProperty("id").GetString()!)];
        int more = members.GetArrayLength() - named.Length;
        bool many = page.TryGetProperty("@odata.nextLink", out _);
        return $"these members have a license error: {string.Join(", ", named)}{(more > 0 || many ? $" and {(many ? "at least " : "")}{more} more" : "")}";
    }

    private bool IsProcessed(Guid group) => IsThere(GroupPath(group), out JsonElement json)
        && (!json.TryGetProperty("licenseProcessingState", out JsonElement state) || state.ValueKind == JsonValueKind.Null || Text(state, "state") == "ProcessingComplete");

    private Sight CloudPc(Wish.CloudPcAction wish, DateTimeOffset since)
    {
        bool isThere = IsThere(CloudPcPath(wish.CloudPcId), out JsonElement machine);
        string? status = isThere ? Text(machine, "status") : null;
        bool changed = isThere && machine.TryGetProperty("lastModifiedDateTime", out JsonElement at) && at.TryGetDateTimeOffset(out DateTimeOffset when) && when >= since;
        return wish.Action switch
        {
            "endGracePeriod" => When(status != "inGracePeriod"),
            "resize" => When(isThere && (status == "resizing" || Text(machine, "servicePlanId") == $"{wish.Argument}")),
            "reprovision" => When(status == "provisioning" || (changed && status == "provisioned")),
            "restore" => When(status == "restoring" || (changed && status == "provisioned")),
            _ => new Sight.NotYet(),
        };
    }

    private static bool IsAssigned(JsonElement policy, IReadOnlyList<WantedAssignment> wanted) =>
        policy.TryGetProperty("assignments", out JsonElement assignments) && assignments.ValueKind == JsonValueKind.Array
        && assignments.EnumerateArray().Select(static one => one.GetProperty("target"))
            .Select(static target => (Id(target, "groupId"), Id(target, "servicePlanId"), Text(target, "allotmentDisplayName") ?? "", Number(target, "allotmentLicensesCount"))).ToHashSet()
            .SetEquals(wanted.Select(static one => ((Guid?)one.GroupId, one.ServicePlanId, one.AllotmentName ?? "", one.AllotmentLicenses)));

    private static int? Number(JsonElement from, string name) =>
        from.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) ? number : null;

    private static bool IsSame(JsonElement wanted, JsonElement holder, string name)
    {
        bool isNothing = wanted.ValueKind == JsonValueKind.Null || (wanted.ValueKind == JsonValueKind.Array && wanted.GetArrayLength() == 0);
        if (!holder.TryGetProperty(name, out JsonElement there) || there.ValueKind == JsonValueKind.Null)
        {
            return isNothing;
        }

        return wanted.ValueKind == JsonValueKind.Object
            ? wanted.EnumerateObject().All(one => IsSame(one.Value, there, one.Name))
            : JsonElement.DeepEquals(wanted, there) || (wanted.ValueKind == JsonValueKind.String && IsSameInstant(wanted, there)) || (isNothing && there.ValueKind == JsonValueKind.Array && there.GetArrayLength() == 0);
    }

    private static bool IsSameInstant(JsonElement one, JsonElement other) =>
        other.ValueKind == JsonValueKind.String && one.TryGetDateTimeOffset(out DateTimeOffset a) && other.TryGetDateTimeOffset(out DateTimeOffset b) && a == b;

    private static Sight When(bool isSo) => isSo ? new Sight.Seen() : new Sight.NotYet();

    private static Sight All(Sight[] several) =>
        several.OfType<Sight.Never>().FirstOrDefault() ?? several.FirstOrDefault(static one => one is Sight.NotYet) ?? new Sight.Seen();

    private JsonElement[] States(Guid user) =>
        IsThere(UserPath(user), out JsonElement json) && json.TryGetProperty("licenseAssignmentStates", out JsonElement states) && states.ValueKind == JsonValueKind.Array ? [.. states.EnumerateArray()] : [];

    private string Name(Guid user) => IsThere(UserPath(user), out JsonElement json) && Text(json, "userPrincipalName") is { } name ? name : $"{user}";

    private static bool IsFrom(JsonElement state, Guid? group) => Id(state, "assignedByGroup") == group;

    private static Guid? Id(JsonElement from, string name) =>
        from.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String && Guid.TryParse(value.GetString(), out Guid id) && id != Guid.Empty ? id : null;

    private static HashSet<Guid> Ids(JsonElement from, string name) =>
        from.TryGetProperty(name, out JsonElement list) && list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray().Select(static one => one.GetGuid())] : [];

    private static string? Text(JsonElement from, string name) =>
        from.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private bool IsThere(string path, out JsonElement json) => _read.TryGetValue(path, out json) && json.ValueKind == JsonValueKind.Object;

    private async Task ReadAsync(IReadOnlyCollection<string> paths, CancellationToken cancel)
    {
        await Parallel.ForEachAsync(
            paths.Where(path => !_read.ContainsKey(path)).GroupBy(static path => path.StartsWith(Version, StringComparison.Ordinal)).SelectMany(static version => version.Chunk(ConnectLimits.BatchItems)),
            new ParallelOptions { MaxDegreeOfParallelism = ApplyLimits.ReadsInFlight, CancellationToken = cancel },
            async (few, stop) =>
            {
                IReadOnlyList<PortAnswer> answers = await port.BatchAsync([.. few.Select(PortCall.Get)], stop).ConfigureAwait(false);
                foreach ((string path, PortAnswer answer) in few.Zip(answers))
                {
                    JsonElement json = Read(path, answer);
                    lock (_read)
                    {
                        _read[path] = json;
                    }
                }
            }).ConfigureAwait(false);
    }

    private static JsonElement Read(string path, PortAnswer answer)
    {
        if (answer.Status == 404)
        {
            return default;
        }

        if (!answer.IsDone)
        {
            throw new ConnectFailedException($"what became of the changes cannot be read: {path} was answered with {answer.Code}: {answer.Message}");
        }

        using JsonDocument json = answer.Json();
        return json.RootElement.Clone();
    }

    private async Task ReadMembersAsync(Guid group, CancellationToken cancel)
    {
        HashSet<Guid> members = [];
        string? next = $"{Version}/groups/{group}/members?$select=id&$top=999";
        for (int page = 0; next is not null && page < ApplyLimits.Pages; page++)
        {
            JsonElement json = Read(next, await port.SendAsync(PortCall.Get(next), cancel).ConfigureAwait(false));
            if (json.ValueKind != JsonValueKind.Object)
            {
                break;
            }

            members.UnionWith(Judge<Guid>(() => [.. json.GetProperty("value").EnumerateArray().Select(static one => one.GetProperty("id").GetGuid())]));
            next = Text(json, "@odata.nextLink");
        }

        _members[group] = members;
    }
}
