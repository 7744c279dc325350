using System.Text.Json.Nodes;

namespace Berth.CommandLine.Client.AsCode.States;

/// <summary>Changes as a plan takes them (contract, Change).</summary>
internal static class ChangeList
{
    /// <summary>The list.</summary>
    public static JsonArray Of(IEnumerable<StateChange> changes) => new([.. changes.Select(One)]);

    private static JsonObject One(StateChange change) => change switch
    {
        StateChange.Units one => new JsonObject { ["kind"] = "subscription", ["skuId"] = one.Sku, ["units"] = one.Number },
        StateChange.OfUser one => new JsonObject { ["kind"] = "userLicense", ["userId"] = one.User, ["add"] = Licenses(one.Add), ["remove"] = Ids(one.Remove) },
        StateChange.OfGroup one => new JsonObject { ["kind"] = "groupLicense", ["groupId"] = one.Group, ["add"] = Licenses(one.Add), ["remove"] = Ids(one.Remove) },
        StateChange.Members one => new JsonObject { ["kind"] = "membership", ["groupId"] = one.Group, ["addMembers"] = Ids(one.Add), ["removeMembers"] = Ids(one.Remove) },
        StateChange.Assignments one => new JsonObject { ["kind"] = "policyAssignment", ["policyId"] = one.Policy, ["assignments"] = new JsonArray([.. one.All.Select(Assignment)]) },
        _ => throw new InvalidOperationException($"Nobody has said how {change.GetType().Name} is written."),
    };

    private static JsonArray Licenses(IEnumerable<DesiredLicense> licenses) =>
        new([.. licenses.Select(one => new JsonObject { ["skuId"] = one.Sku, ["disabledPlans"] = Ids(one.DisabledPlans ?? new HashSet<Guid>()) })]);

    private static JsonObject Assignment(SeenAssignment one)
    {
        JsonObject target = new() { ["@odata.type"] = "#microsoft.graph.cloudPcManagementGroupAssignmentTarget", ["groupId"] = one.Group };
        if (one.Plan is { } plan)
        {
            target["servicePlanId"] = plan;
        }

        if (one.Allotment is not null)
        {
            target["allotmentDisplayName"] = one.Allotment;
        }

        if (one.Licenses is { } licenses)
        {
            target["allotmentLicensesCount"] = licenses;
        }

        return new JsonObject { ["target"] = target };
    }

    private static JsonArray Ids(IEnumerable<Guid> ids) => new([.. ids.Select(id => JsonValue.Create(id))]);
}
