using System.Text.Json;
using Berth.Engine;
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
                json.WriteStartArray("add"u8);
                foreach (LicenseRequest request in assign.Add)
                {
                    json.WriteStartObject();
                    json.WriteString("skuId"u8, request.SkuId);
                    Ids(json, "disabledPlans", request.DisabledPlans);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                Ids(json, "remove", assign.Remove);
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
