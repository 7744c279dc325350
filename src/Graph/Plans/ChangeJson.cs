using System.Text.Json;
using Berth.Engine;
using Berth.Engine.Collections;
using Berth.Engine.Directory;

namespace Berth.Graph.Plans;

/// <summary>Commands as changes that a plan takes (contract, Change).</summary>
internal static class ChangeJson
{
    /// <summary>Writes a command as a change.</summary>
    public static void Write(Utf8JsonWriter json, Command command)
    {
        json.WriteStartObject();
        switch (command)
        {
            case Command.AssignUserLicenses assign:
                json.WriteString("kind"u8, "userLicense"u8);
                json.WriteString("userId"u8, assign.UserId);
                Licenses(json, assign.Add, assign.Remove);
                break;
            case Command.AssignGroupLicenses assign:
                json.WriteString("kind"u8, "groupLicense"u8);
                json.WriteString("groupId"u8, assign.GroupId);
                Licenses(json, assign.Add, assign.Remove);
                break;
            case Command.RemoveMembers remove:
                json.WriteString("kind"u8, "membership"u8);
                json.WriteString("groupId"u8, remove.GroupId);
                Ids(json, "removeMembers", remove.Members);
                break;
            case Command.EndGracePeriod end:
                json.WriteString("kind"u8, "cloudPcAction"u8);
                json.WriteString("action"u8, PlanBody.EndGracePeriod);
                Ids(json, "cloudPcIds", [end.CloudPcId]);
                break;
            case Command.AddMembers add:
                json.WriteString("kind"u8, "membership"u8);
                json.WriteString("groupId"u8, add.GroupId);
                Ids(json, "addMembers", add.Members);
                break;
            case Command.SetUnits set:
                json.WriteString("kind"u8, "subscription"u8);
                json.WriteString("skuId"u8, set.SkuId);
                json.WriteNumber("units"u8, set.Units);
                break;
            case Command.UpdateUser { Basis: User basis } update when update.User with { UsageLocation = basis.UsageLocation } == basis:
                json.WriteString("kind"u8, "user"u8);
                json.WriteString("userId"u8, update.User.Id);
                json.WriteStartObject("set"u8);
                json.WriteString("usageLocation"u8, update.User.UsageLocation);
                json.WriteEndObject();
                break;
            default:
                throw new InvalidOperationException($"Nobody has said which change {command.GetType().Name} is.");
        }

        json.WriteEndObject();
    }

    private static void Licenses(Utf8JsonWriter json, ValueArray<LicenseRequest> add, ValueArray<Guid> remove)
    {
        json.WriteStartArray("add"u8);
        foreach (LicenseRequest request in add)
        {
            json.WriteStartObject();
            json.WriteString("skuId"u8, request.SkuId);
            Ids(json, "disabledPlans", request.DisabledPlans);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        Ids(json, "remove", remove);
    }

    private static void Ids(Utf8JsonWriter json, string name, IEnumerable<Guid> ids)
    {
        json.WriteStartArray(name);
        foreach (Guid id in ids)
        {
            json.WriteStringValue(id);
        }

        json.WriteEndArray();
    }
}
