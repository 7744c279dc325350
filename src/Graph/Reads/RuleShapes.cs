using System.Text.Json;
using Berth.Engine.Directory;
using Berth.Engine.Directory.Rules;
using Berth.Graph.Queries;

namespace Berth.Graph.Reads;

/// <summary>What rules and their results look like on the wire (L141, L145).</summary>
internal static class RuleShapes
{
    /// <summary><c>membershipRuleProcessingStatus</c>, in beta only.</summary>
    public static Shape<GroupRow> ProcessingStatus { get; } = new(
        "membershipRuleProcessingStatus",
        new TextProperty<GroupRow>("status", Status),
        new TimeProperty<GroupRow>("lastMembershipUpdated", static row => row.Group.MembershipUpdatedAt),
        new TextProperty<GroupRow>("errorMessage", static row => IsReadable(row) ? null : "The rule was written by another version of Berth and cannot be read by this one."));

    /// <summary><c>membershipRuleProcessingState</c>.</summary>
    public static string? Name(RuleProcessing? processing) => processing is { } given ? Name(given) : null;

    /// <summary>Writes a property with an <c>expressionEvaluationDetails</c>, all the way down.</summary>
    public static void Write(Utf8JsonWriter json, RuleDetails details)
    {
        json.WriteString("expression"u8, details.Expression);
        json.WriteBoolean("expressionResult"u8, details.Result);
        if (details.PropertyName is { } name)
        {
            json.WriteStartObject("propertyToEvaluate"u8);
            json.WriteString("propertyName"u8, name);
            json.WriteString("propertyValue"u8, details.PropertyValue);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("propertyToEvaluate"u8);
        }

        json.WriteStartArray("expressionEvaluationDetails"u8);
        foreach (RuleDetails part in details.Parts)
        {
            json.WriteStartObject();
            Write(json, part);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string Name(RuleProcessing processing) => processing switch
    {
        RuleProcessing.On => "On",
        RuleProcessing.Paused => "Paused",
    };

    // Membership is up to date when a command is answered: nobody sees a group at work.
    private static string Status(GroupRow row) =>
        !IsReadable(row) ? "Failed"
        : row.Group.MembershipUpdatedAt is null && row.Group.Profile.RuleProcessing == RuleProcessing.Paused ? "NotStarted"
        : "Succeeded";

    private static bool IsReadable(GroupRow row) => row.Tenant.RuleOf(row.Position) is not null;
}
