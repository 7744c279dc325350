using Berth.Engine.Alerts;

namespace Berth.Graph.Alerts;

/// <summary>Members of enumerations of alerts as Graph spells them (C127, C128).</summary>
internal static class AlertNames
{
    private static readonly Dictionary<AlertTemplate, string> _templates = new()
    {
        [AlertTemplate.Provision] = "cloudPcProvisionScenario",
        [AlertTemplate.ImageUpload] = "cloudPcImageUploadScenario",
        [AlertTemplate.NetworkConnectionCheck] = "cloudPcOnPremiseNetworkConnectionCheckScenario",
        [AlertTemplate.InGracePeriod] = "cloudPcInGracePeriodScenario",
        [AlertTemplate.FrontlineInsufficientLicenses] = "cloudPcFrontlineInsufficientLicensesScenario",
        [AlertTemplate.FrontlineConcurrency] = "cloudPcFrontlineConcurrencyScenario",
    };

    /// <summary><c>ruleSeverityType</c>.</summary>
    public static Dictionary<string, AlertSeverity> Severities { get; } = new(StringComparer.OrdinalIgnoreCase)
    {
        ["unknown"] = AlertSeverity.Unknown,
        ["informational"] = AlertSeverity.Informational,
        ["warning"] = AlertSeverity.Warning,
        ["critical"] = AlertSeverity.Critical,
    };

    /// <summary><c>conditionCategory</c>, as far as Berth knows of it (B452).</summary>
    public static Dictionary<string, AlertCategory> Categories { get; } = new(StringComparer.OrdinalIgnoreCase)
    {
        ["provisionFailures"] = AlertCategory.ProvisionFailures,
        ["imageUploadFailures"] = AlertCategory.ImageUploadFailures,
        ["azureNetworkConnectionCheckFailures"] = AlertCategory.NetworkConnectionFailures,
        ["cloudPcInGracePeriod"] = AlertCategory.InGracePeriod,
        ["frontlineInsufficientLicenses"] = AlertCategory.FrontlineInsufficientLicenses,
        ["frontlineBufferUsageDuration"] = AlertCategory.FrontlineBufferUsageDuration,
        ["frontlineBufferUsageThreshold"] = AlertCategory.FrontlineBufferUsageThreshold,
    };

    /// <summary><c>aggregationType</c>.</summary>
    public static Dictionary<string, AlertAggregation> Aggregations { get; } = new(StringComparer.OrdinalIgnoreCase)
    {
        ["count"] = AlertAggregation.Count,
        ["percentage"] = AlertAggregation.Percentage,
        ["affectedCloudPcCount"] = AlertAggregation.AffectedCloudPcCount,
        ["affectedCloudPcPercentage"] = AlertAggregation.AffectedCloudPcPercentage,
        ["durationInMinutes"] = AlertAggregation.DurationInMinutes,
    };

    /// <summary><c>operatorType</c>.</summary>
    public static Dictionary<string, AlertOperator> Operators { get; } = new(StringComparer.OrdinalIgnoreCase)
    {
        ["greaterOrEqual"] = AlertOperator.GreaterOrEqual,
        ["equal"] = AlertOperator.Equal,
        ["greater"] = AlertOperator.Greater,
        ["less"] = AlertOperator.Less,
        ["lessOrEqual"] = AlertOperator.LessOrEqual,
        ["notEqual"] = AlertOperator.NotEqual,
    };

    /// <summary><c>relationshipType</c>: whether a condition is an alternative.</summary>
    public static Dictionary<string, bool> Relationships { get; } = new(StringComparer.OrdinalIgnoreCase) { ["and"] = false, ["or"] = true };

    /// <summary><c>notificationChannelType</c>.</summary>
    public static Dictionary<string, AlertChannelKind> Channels { get; } = new(StringComparer.OrdinalIgnoreCase)
    {
        ["portal"] = AlertChannelKind.Portal,
        ["email"] = AlertChannelKind.Email,
        ["phoneCall"] = AlertChannelKind.PhoneCall,
        ["sms"] = AlertChannelKind.Sms,
    };

    /// <summary><c>alertRuleTemplate</c>.</summary>
    public static string Of(AlertTemplate template) => _templates[template];

    /// <summary>The name of a member.</summary>
    public static string Of<T>(Dictionary<string, T> members, T member)
        where T : struct => members.First(one => one.Value.Equals(member)).Key;
}
