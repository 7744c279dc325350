using Berth.Engine;
using Berth.Engine.Alerts;
using Berth.Engine.CloudPcs;
using Berth.Graph.Queries;

namespace Berth.Graph.Alerts;

/// <summary>A rule of a tenant; its position is its template's.</summary>
internal readonly record struct AlertRuleRow(Tenant Tenant, AlertRule Rule) : IRow
{
    /// <inheritdoc/>
    public int Position => (int)Rule.Template;

    /// <summary>The id.</summary>
    public Guid Id => IdOf(Tenant, Rule.Template);

    /// <summary>The id of a rule: a tenant's rules keep theirs.</summary>
    public static Guid IdOf(Tenant tenant, AlertTemplate template) => IdsByName.Of(tenant.Profile.Id, $"alertRule/{AlertNames.Of(template)}");
}

/// <summary>An alert of a tenant.</summary>
internal readonly record struct AlertRecordRow(Tenant Tenant, int Position, AlertRecord Record) : IRow;

/// <summary>How rules, alerts and notes of the portal are answered (C127 to C129, B450, B454, B458).</summary>
internal static class AlertShapes
{
    private static readonly Shape<AlertReceiver> Receiver = new(
        "deviceManagement.notificationReceiver",
        new TextProperty<AlertReceiver>("contactInformation", static receiver => receiver.Contact),
        new TextProperty<AlertReceiver>("locale", static receiver => receiver.Locale));

    private static readonly Shape<AlertChannel> Channel = new(
        "deviceManagement.notificationChannel",
        new TextProperty<AlertChannel>("notificationChannelType", static channel => AlertNames.Of(AlertNames.Channels, channel.Kind)),
        new PartsProperty<AlertChannel, AlertReceiver>("notificationReceivers", Receiver, static channel => channel.Receivers),
        new ValuesProperty<AlertChannel, string>(
            "receivers", static channel => channel.Receivers.Select(static receiver => receiver.Contact), new Operand<string>.Text(static contact => contact)));

    private static readonly Shape<AlertCondition> Threshold = new(
        "deviceManagement.ruleThreshold",
        new TextProperty<AlertCondition>("aggregation", static condition => AlertNames.Of(AlertNames.Aggregations, condition.Aggregation)),
        new TextProperty<AlertCondition>("operator", static condition => AlertNames.Of(AlertNames.Operators, condition.Operator)),
        new NumberProperty<AlertCondition>("target", static condition => condition.Threshold));

    private static readonly Shape<AlertCondition> Condition = new(
        "deviceManagement.ruleCondition",
        new TextProperty<AlertCondition>("relationshipType", static condition => AlertNames.Of(AlertNames.Relationships, condition.IsAlternative)),
        new TextProperty<AlertCondition>("conditionCategory", static condition => AlertNames.Of(AlertNames.Categories, condition.Category)),
        new TextProperty<AlertCondition>("aggregation", static condition => AlertNames.Of(AlertNames.Aggregations, condition.Aggregation)),
        new TextProperty<AlertCondition>("operator", static condition => AlertNames.Of(AlertNames.Operators, condition.Operator)),
        new TextProperty<AlertCondition>("thresholdValue", static condition => $"{condition.Threshold}"));

    private static readonly Shape<AlertDetail> Pair = new(
        "keyValuePair",
        new TextProperty<AlertDetail>("name", static detail => detail.Name),
        new TextProperty<AlertDetail>("value", static detail => detail.Value));

    private static readonly Shape<AlertImpact> Impact = new(
        "deviceManagement.alertImpact",
        new TextProperty<AlertImpact>("aggregationType", static impact => AlertNames.Of(AlertNames.Aggregations, impact.Aggregation)),
        new NumberProperty<AlertImpact>("value", static impact => impact.Value),
        new PartsProperty<AlertImpact, AlertDetail>("alertImpactDetails", Pair, static impact => impact.Details));

    /// <summary>Rules.</summary>
    public static Resource<AlertRuleRow> Rules { get; } = new(
        Shape<AlertRuleRow>.Entity(
            "deviceManagement.alertRule",
            [
                new ObjectIdProperty<AlertRuleRow>("id", static row => row.Id) { IsDefault = true },
                new TextProperty<AlertRuleRow>("displayName", static row => row.Rule.DisplayName) { IsDefault = true },
                new TextProperty<AlertRuleRow>("description", static row => row.Rule.Description) { IsDefault = true },
                new TextProperty<AlertRuleRow>("severity", static row => AlertNames.Of(AlertNames.Severities, row.Rule.Severity)) { IsDefault = true },
                new FlagProperty<AlertRuleRow>("enabled", static row => row.Rule.IsEnabled) { IsDefault = true },
                new FlagProperty<AlertRuleRow>("isSystemRule", static _ => true) { IsDefault = true },
                new TextProperty<AlertRuleRow>("alertRuleTemplate", static row => AlertNames.Of(row.Rule.Template)) { IsDefault = true },
                new PartProperty<AlertRuleRow, AlertCondition>("threshold", Threshold, static row => row.Rule.Conditions[0], static _ => true) { IsDefault = true },
                new PartsProperty<AlertRuleRow, AlertCondition>("conditions", Condition, static row => row.Rule.Conditions) { IsDefault = true },
                new PartsProperty<AlertRuleRow, AlertChannel>("notificationChannels", Channel, static row => row.Rule.Channels) { IsDefault = true },
            ]),
        "deviceManagement/monitoring/alertRules");

    /// <summary>Alerts.</summary>
    public static Resource<AlertRecordRow> Records { get; } = new(
        Shape<AlertRecordRow>.Entity(
            "deviceManagement.alertRecord",
            [
                new ObjectIdProperty<AlertRecordRow>("id", static row => row.Record.Id) { IsDefault = true },
                new TextProperty<AlertRecordRow>("displayName", static row => NameOf(row)) { IsDefault = true },
                new TextProperty<AlertRecordRow>("status", static row => row.Record.ResolvedAt is null ? "active" : "resolved") { IsDefault = true },
                new TextProperty<AlertRecordRow>("severity", static row => SeverityOf(row)) { IsDefault = true },
                new TextProperty<AlertRecordRow>("alertRuleId", static row => RuleIdOf(row)) { IsDefault = true },
                new TextProperty<AlertRecordRow>("alertRuleTemplate", static row => AlertNames.Of(row.Record.Template)) { IsDefault = true },
                new TimeProperty<AlertRecordRow>("detectedDateTime", static row => row.Record.DetectedAt) { IsDefault = true },
                new TimeProperty<AlertRecordRow>("lastUpdatedDateTime", static row => row.Record.UpdatedAt) { IsDefault = true },
                new TimeProperty<AlertRecordRow>("resolvedDateTime", static row => row.Record.ResolvedAt) { IsDefault = true },
                new PartProperty<AlertRecordRow, AlertImpact>("alertImpact", Impact, static row => row.Record.Impact, static _ => true) { IsDefault = true },
            ]),
        "deviceManagement/monitoring/alertRecords");

    /// <summary>Notes of the portal about alerts; the function that gives them knows no queries.</summary>
    public static Shape<AlertRecordRow> Notes { get; } = new(
        "deviceManagement.portalNotification",
        new ObjectIdProperty<AlertRecordRow>("id", static row => IdsByName.Of(row.Record.Id, "portalNotification")),
        new TextProperty<AlertRecordRow>("alertRecordId", static row => row.Record.Id.ToString()),
        new TextProperty<AlertRecordRow>("alertRuleId", static row => RuleIdOf(row)),
        new TextProperty<AlertRecordRow>("alertRuleName", static row => NameOf(row)),
        new TextProperty<AlertRecordRow>("alertRuleTemplate", static row => AlertNames.Of(row.Record.Template)),
        new TextProperty<AlertRecordRow>("severity", static row => SeverityOf(row)),
        new FlagProperty<AlertRecordRow>("isPortalNotificationSent", static row => row.Record.IsSent),
        new PartProperty<AlertRecordRow, AlertImpact>("alertImpact", Impact, static row => row.Record.Impact, static _ => true));

    private static string NameOf(AlertRecordRow row) => row.Tenant.Alerts.RuleOf(row.Record.Template).DisplayName;

    private static string SeverityOf(AlertRecordRow row) => AlertNames.Of(AlertNames.Severities, row.Record.Severity);

    private static string RuleIdOf(AlertRecordRow row) => AlertRuleRow.IdOf(row.Tenant, row.Record.Template).ToString();
}
