using System.Text.Json;
using Berth.Engine;
using Berth.Engine.CloudPcs;
using Berth.Engine.Collections;
using Berth.Graph.Requests;
using Berth.Graph.Writes;

namespace Berth.Graph.CloudPcs;

/// <summary>Reads the body of assign: <c>{"assignments":[{"id","target":{"groupId","servicePlanId","allotmentDisplayName","allotmentLicensesCount"}}]}</c> (protocol 3.4).</summary>
internal static class AssignmentBody
{
    private const string Type = "@odata.type";

    /// <summary>The assignments that a body wants.</summary>
    public static ValueArray<AssignmentRequest> Read(BodyReader read, JsonElement body)
    {
        ValueArray<AssignmentRequest>? assignments = null;
        foreach ((string name, JsonElement value) in read.Properties(body, "body"))
        {
            if (name.Equals("assignments", StringComparison.OrdinalIgnoreCase))
            {
                assignments = ReadAll(read, value);
            }
            else
            {
                read.FailUnknown(name);
            }
        }

        if (assignments is null)
        {
            read.FailMissing("assignments");
        }

        return assignments ?? [];
    }

    /// <summary>The assignments of a list.</summary>
    public static ValueArray<AssignmentRequest> ReadAll(BodyReader read, JsonElement list)
    {
        List<AssignmentRequest> assignments = [];
        foreach (JsonElement item in read.Items(list, "assignments"))
        {
            assignments.Add(ReadOne(read, item));
            if (assignments.Count > ProvisioningPolicy.MostAssignments)
            {
                read.FailValue("assignments", $"At most {ProvisioningPolicy.MostAssignments} items are possible.");
            }

            if (read.Error is not null)
            {
                break;
            }
        }

        return [.. assignments];
    }

    private static AssignmentRequest ReadOne(BodyReader read, JsonElement item)
    {
        string? id = null;
        AssignmentRequest? request = null;
        foreach ((string name, JsonElement value) in read.Properties(item, "assignments"))
        {
            switch (name.ToUpperInvariant())
            {
                case "ID":
                    id = read.Text(value, name, GraphLimits.ListItemCharacters);
                    break;
                case "TARGET":
                    request = ReadTarget(read, value);
                    break;
                case "CREATEDDATETIME" or "ASSIGNEDUSERS":
                    break;
                default:
                    read.FailUnknown(name);
                    break;
            }
        }

        if (request is null)
        {
            read.FailMissing("target");
        }

        return request is null ? new AssignmentRequest(id, default, null, null, null) : request with { Id = id };
    }

    private static AssignmentRequest ReadTarget(BodyReader read, JsonElement target)
    {
        // The portal leaves the type out, and clients write it with and without #.
        if (target.ValueKind == JsonValueKind.Object && target.TryGetProperty(Type, out JsonElement type) && type.ValueKind != JsonValueKind.Null
            && (type.ValueKind != JsonValueKind.String || !type.GetString()!.TrimStart('#').Equals(PolicyShapes.TargetType.TrimStart('#'), StringComparison.OrdinalIgnoreCase)))
        {
            read.FailValue(Type, $"Policies are assigned to groups: {PolicyShapes.TargetType}.");
        }

        Guid? group = null, plan = null;
        string? name = null;
        int? licenses = null;
        foreach ((string property, JsonElement value) in read.Properties(target, "target"))
        {
            switch (property.ToUpperInvariant())
            {
                case "GROUPID":
                    group = read.Id(value, property);
                    break;
                case "SERVICEPLANID":
                    plan = read.Text(value, property, GraphLimits.NameCharacters) is null ? null : read.Id(value, property);
                    break;
                case "ALLOTMENTDISPLAYNAME":
                    name = read.Text(value, property, ProvisioningPolicy.LongestAllotmentName);
                    break;
                case "ALLOTMENTLICENSESCOUNT":
                    licenses = value.ValueKind == JsonValueKind.Null ? null : read.Whole(value, property, 0, int.MaxValue);
                    break;
                default:
                    read.FailUnknown(property);
                    break;
            }
        }

        if (group is null)
        {
            read.FailMissing("groupId");
        }

        return new AssignmentRequest(null, group ?? default, plan == Guid.Empty ? null : plan, name, licenses);
    }
}
