using System.Globalization;
using System.Text.Json;
using Berth.Engine;
using Berth.Engine.Alerts;
using Berth.Engine.Collections;
using Berth.Graph.Requests;
using Berth.Graph.Writes;

namespace Berth.Graph.Alerts;

/// <summary>Reads what is to change of a rule (C129).</summary>
internal static class AlertBody
{
    /// <summary>The change of a rule, as the body says.</summary>
    public static Command.UpdateAlertRule Read(BodyReader read, JsonElement body, AlertRuleRow before)
    {
        Command.UpdateAlertRule update = new(before.Rule.Template);
        foreach ((string name, JsonElement value) in read.Properties(body, "the body"))
        {
            switch (name.ToLowerInvariant())
            {
                case "enabled":
                    update = update with { IsEnabled = read.Flag(value, name) };
                    break;
                case "severity":
                    update = update with { Severity = read.OneOf(value, name, AlertNames.Severities) };
                    break;
                case "threshold":
                    update = update with { Threshold = Threshold(read, value, name, before.Rule.Conditions[0]) };
                    break;
                case "conditions":
                    update = update with { Conditions = read.Items(value, name).Select(one => Condition(read, one, before.Rule.Template)).ToValueArray() };
                    break;
                case "notificationchannels":
                    update = update with { Channels = read.Items(value, name).Select(one => Channel(read, one)).ToValueArray() };
                    break;
                case "id":
                    Echo(read, value, name, before.Id.ToString());
                    break;
                case "displayname":
                    Echo(read, value, name, before.Rule.DisplayName);
                    break;
                case "description":
                    Echo(read, value, name, before.Rule.Description);
                    break;
                case "alertruletemplate":
                    Echo(read, value, name, AlertNames.Of(before.Rule.Template));
                    break;
                case "issystemrule" when value.ValueKind == JsonValueKind.True:
                    break;
                default:
                    read.FailUnknown(name, "Of a built-in rule enabled, severity, threshold, conditions and notificationChannels can be changed (B450).");
                    break;
            }
        }

        return update;
    }

    // What a client read and sends back changes nothing.
    private static void Echo(BodyReader read, JsonElement value, string name, string known)
    {
        if (value.ValueKind != JsonValueKind.String || value.GetString() != known)
        {
            read.FailUnknown(name, "A built-in rule keeps it (B450).");
        }
    }

    private static (AlertAggregation Aggregation, AlertOperator Operator, int Target) Threshold(BodyReader read, JsonElement element, string property, AlertCondition before)
    {
        (AlertAggregation aggregation, AlertOperator comparison, int target) = (before.Aggregation, before.Operator, before.Threshold);
        foreach ((string name, JsonElement value) in read.Properties(element, property))
        {
            switch (name.ToLowerInvariant())
            {
                case "aggregation":
                    aggregation = read.OneOf(value, name, AlertNames.Aggregations);
                    break;
                case "operator":
                    comparison = read.OneOf(value, name, AlertNames.Operators);
                    break;
                case "target":
                    target = read.Whole(value, name, 0, AlertCondition.MostThreshold);
                    break;
                default:
                    read.FailUnknown(name);
                    break;
            }
        }

        return (aggregation, comparison, target);
    }

    // What a condition does not say is as the rule was built with it.
    private static AlertCondition Condition(BodyReader read, JsonElement element, AlertTemplate template)
    {
        AlertCategory? category = null;
        AlertAggregation? aggregation = null;
        AlertOperator? comparison = null;
        bool? alternative = null;
        int? threshold = null;
        foreach ((string name, JsonElement value) in read.Properties(element, "a condition"))
        {
            switch (name.ToLowerInvariant())
            {
                case "conditioncategory":
                    category = read.OneOf(value, name, AlertNames.Categories);
                    break;
                case "aggregation":
                    aggregation = read.OneOf(value, name, AlertNames.Aggregations);
                    break;
                case "operator":
                    comparison = read.OneOf(value, name, AlertNames.Operators);
                    break;
                case "relationshiptype":
                    alternative = read.OneOf(value, name, AlertNames.Relationships);
                    break;
                case "thresholdvalue":
                    threshold = Value(read, value, name);
                    break;
                default:
                    read.FailUnknown(name);
                    break;
            }
        }

        if (category is null)
        {
            read.FailMissing("conditionCategory");
        }

        ValueArray<AlertCondition> builtIn = AlertRule.BuiltIn(template).Conditions;
        AlertCondition like = builtIn.FirstOrDefault(one => one.Category == category) ?? builtIn[0];
        return new AlertCondition(
            category ?? like.Category, aggregation ?? like.Aggregation, comparison ?? like.Operator, threshold ?? like.Threshold, alternative ?? like.IsAlternative);
    }

    // A number in a text, as Graph has it.
    private static int Value(BodyReader read, JsonElement value, string name)
    {
        string text = read.Text(value, name, GraphLimits.NameCharacters) ?? "";
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number <= AlertCondition.MostThreshold)
        {
            return number;
        }

        read.FailValue(name, $"It must be a text with a whole number from 0 to {AlertCondition.MostThreshold} (B451).");
        return 0;
    }

    private static AlertChannel Channel(BodyReader read, JsonElement element)
    {
        AlertChannelKind? kind = null;
        List<AlertReceiver>? receivers = null;
        List<AlertReceiver> old = [];
        foreach ((string name, JsonElement value) in read.Properties(element, "a notification channel"))
        {
            switch (name.ToLowerInvariant())
            {
                case "notificationchanneltype":
                    kind = read.OneOf(value, name, AlertNames.Channels);
                    break;
                case "notificationreceivers":
                    receivers = [.. read.Items(value, name).Select(one => Receiver(read, one))];
                    break;
                case "receivers":
                    // The older form, without a language; the newer one goes before it.
                    old = [.. read.Items(value, name).Select(one => new AlertReceiver(read.Required(one, name, AlertRule.LongestContact), null))];
                    break;
                default:
                    read.FailUnknown(name);
                    break;
            }
        }

        if (kind is null)
        {
            read.FailMissing("notificationChannelType");
        }

        return new AlertChannel(kind ?? AlertChannelKind.Portal, (receivers ?? old).ToValueArray());
    }

    private static AlertReceiver Receiver(BodyReader read, JsonElement element)
    {
        string contact = "";
        string? locale = null;
        foreach ((string name, JsonElement value) in read.Properties(element, "a receiver"))
        {
            switch (name.ToLowerInvariant())
            {
                case "contactinformation":
                    contact = read.Required(value, name, AlertRule.LongestContact);
                    break;
                case "locale":
                    locale = read.Text(value, name, AlertRule.LongestLocale);
                    break;
                default:
                    read.FailUnknown(name);
                    break;
            }
        }

        if (contact.Length == 0)
        {
            read.FailMissing("contactInformation");
        }

        return new AlertReceiver(contact, locale);
    }
}
