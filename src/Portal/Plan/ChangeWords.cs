using System.Globalization;
using System.Text.Json;
using Berth.Portal.CloudPcs;
using Berth.Portal.Graph;
using Berth.Portal.ProvisioningPolicies;

namespace Berth.Portal.Plan;

/// <summary>A change in a sentence (B663).</summary>
/// <param name="skus">The tenant's SKUs.</param>
/// <param name="names">What users, groups, policies and Cloud PCs are called; see <see cref="IdsOf"/>.</param>
internal sealed class ChangeWords(IReadOnlyDictionary<Guid, SubscribedSku> skus, IReadOnlyDictionary<Guid, string> names)
{
    /// <summary>Ids of users and groups whose names the sentence needs.</summary>
    public static IEnumerable<Guid> IdsOf(PlanChange change) => new[] { change.UserId, change.GroupId }
        .Concat((change.AddMembers ?? []).Take(1)).Concat((change.RemoveMembers ?? []).Take(1)).Concat(GroupsOf(change).Take(1))
        .Select(id => Guid.TryParse(id, out Guid one) ? one : Guid.Empty).Where(id => id != Guid.Empty);

    /// <summary>The sentence.</summary>
    public string Of(PlanChange change) => change.Kind switch
    {
        "userLicense" => Licenses(change, $"{Name(change.UserId)}"),
        "groupLicense" => Licenses(change, $"the group {Name(change.GroupId)}"),
        "membership" => string.Join("; ", new[]
        {
            change.RemoveMembers is { Count: > 0 } gone ? $"Take {Several(gone)} out of {Name(change.GroupId)}" : null,
            change.AddMembers is { Count: > 0 } come ? $"Make {Several(come)} {(come.Count == 1 ? "a member" : "members")} of {Name(change.GroupId)}" : null,
        }.OfType<string>()) is { Length: > 0 } moved ? moved : $"Change nothing of the members of {Name(change.GroupId)}",
        "user" => $"Set {Properties(change.Set)} of {Name(change.UserId)}",
        "deleteUser" => $"Delete {Name(change.UserId)}",
        "subscription" => string.Create(CultureInfo.InvariantCulture, $"Have {change.Units:N0} units of {Sku(change.SkuId)}"),
        "policyAssignment" => $"{(change.Policy is null ? "Give the policy" : "Write the policy")} {Name(change.PolicyId)} {(GroupsOf(change).ToArray() is { Length: > 0 } groups ? $"to {Several(groups)}" : "to no group")}",
        "cloudPcAction" => $"{Action(change)} {((change.CloudPcIds ?? []).Count == 1 ? "the Cloud PC " + Name(change.CloudPcIds![0]) : $"{Number((change.CloudPcIds ?? []).Count)} Cloud PCs")}",
        _ => $"A change of the kind '{change.Kind}'",
    };

    /// <summary>What else it names, each with the address that tells its name.</summary>
    public static IEnumerable<(Guid Id, string Address)> OthersOf(PlanChange change)
    {
        if (Guid.TryParse(change.PolicyId, out Guid policy))
        {
            yield return (policy, $"{Policy.Root}/{policy}?$select=id,displayName");
        }

        if (change.CloudPcIds is [var only] && Guid.TryParse(only, out Guid machine))
        {
            yield return (machine, $"{CloudPc.Root}/{machine}?$select=id,displayName,managedDeviceName,userPrincipalName");
        }
    }

    private string Licenses(PlanChange change, string whom)
    {
        string given = string.Join(", ", (change.Add ?? []).Select(one => skus.PartNumber(one.SkuId) + (one.DisabledPlans is { Count: > 0 } off ? $" (without {string.Join(", ", off.Select(skus.PlanName))})" : "")));
        string taken = string.Join(", ", (change.Remove ?? []).Select(skus.PartNumber));
        return (given.Length, taken.Length) switch
        {
            ( > 0, > 0) => $"Give {given} in place of {taken} to {whom}",
            ( > 0, _) => $"Give {given} to {whom}",
            (_, > 0) => $"Take {taken} from {whom}",
            _ => $"Change no license of {whom}",
        };
    }

    private static string Action(PlanChange change) => change.Action switch
    {
        "endGracePeriod" => "End the grace period of",
        "reprovision" => "Make anew",
        "restore" => "Put back to a restore point",
        "resize" => "Resize",
        _ => $"Do {change.Action} to",
    };

    private static string Properties(JsonElement? set) => set is { ValueKind: JsonValueKind.Object } some
        ? string.Join(", ", some.EnumerateObject().Select(one => $"{WireNames.InWords(one.Name).ToLowerInvariant()} to {(one.Value.ValueKind == JsonValueKind.Null ? "nothing" : one.Value.ToString())}"))
        : "nothing";

    private static IEnumerable<string> GroupsOf(PlanChange change) => change.Assignments is { ValueKind: JsonValueKind.Array } all
        ? all.EnumerateArray().Select(one => one.ValueKind == JsonValueKind.Object && one.TryGetProperty("target", out JsonElement target) && target.ValueKind == JsonValueKind.Object
            && target.TryGetProperty("groupId", out JsonElement group) ? group.ToString() : "") : [];

    private string Several(IReadOnlyList<string> ids) => ids.Count == 1 ? Name(ids[0]) : $"{Name(ids[0])} and {Number(ids.Count - 1)} {(ids.Count == 2 ? "other" : "others")}";

    private string Sku(Guid? sku) => sku is { } id ? skus.PartNumber(id) : "no license";

    private string Name(string? id) => Guid.TryParse(id, out Guid one) && names.TryGetValue(one, out string? name) ? name : id ?? "nobody";

    private static string Number(int number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
