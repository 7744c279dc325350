using Berth.Engine.Collections;

namespace Berth.Engine.Alerts;

/// <summary>What a rule watches over: <c>alertRuleTemplate</c> (C127). There is one built-in rule for each (B450).</summary>
public enum AlertTemplate : byte
{
    /// <summary>Cloud PCs that could not be made.</summary>
    Provision,

    /// <summary>Images that could not be taken.</summary>
    ImageUpload,

    /// <summary>Azure network connections whose checks failed.</summary>
    NetworkConnectionCheck,

    /// <summary>Cloud PCs in their grace period (C39).</summary>
    InGracePeriod,

    /// <summary>Frontline Cloud PCs that wait for a license.</summary>
    FrontlineInsufficientLicenses,

    /// <summary>The concurrency buffer of Frontline.</summary>
    FrontlineConcurrency,
}

/// <summary>How much it matters (C128).</summary>
public enum AlertSeverity : byte
{
    /// <summary>Nobody said.</summary>
    Unknown,

    /// <summary>Good to know.</summary>
    Informational,

    /// <summary>Somebody should look.</summary>
    Warning,

    /// <summary>Somebody must look.</summary>
    Critical,
}

/// <summary>What a condition asks about: <c>conditionCategory</c> (C128), as far as Berth knows of it (B452).</summary>
public enum AlertCategory : byte
{
    /// <summary>Cloud PCs whose status is failed.</summary>
    ProvisionFailures,

    /// <summary>Images that failed.</summary>
    ImageUploadFailures,

    /// <summary>Azure network connections whose health is failed.</summary>
    NetworkConnectionFailures,

    /// <summary>Cloud PCs in their grace period.</summary>
    InGracePeriod,

    /// <summary>Frontline Cloud PCs that are pending.</summary>
    FrontlineInsufficientLicenses,

    /// <summary>How long the running use of a buffer lasts.</summary>
    FrontlineBufferUsageDuration,

    /// <summary>How often a buffer in use was used within a day.</summary>
    FrontlineBufferUsageThreshold,
}

/// <summary>What is compared (C128).</summary>
public enum AlertAggregation : byte
{
    /// <summary>How many.</summary>
    Count,

    /// <summary>How many of a hundred.</summary>
    Percentage,

    /// <summary>How many Cloud PCs are concerned.</summary>
    AffectedCloudPcCount,

    /// <summary>How many Cloud PCs of a hundred are concerned.</summary>
    AffectedCloudPcPercentage,

    /// <summary>For how many minutes.</summary>
    DurationInMinutes,
}

/// <summary>How it is compared (C128).</summary>
public enum AlertOperator : byte
{
    /// <summary>At least.</summary>
    GreaterOrEqual,

    /// <summary>Exactly.</summary>
    Equal,

    /// <summary>More than.</summary>
    Greater,

    /// <summary>Less than.</summary>
    Less,

    /// <summary>At most.</summary>
    LessOrEqual,

    /// <summary>Anything but.</summary>
    NotEqual,
}

/// <summary>A condition of a rule.</summary>
/// <param name="Category">What it asks about.</param>
/// <param name="Aggregation">What is compared.</param>
/// <param name="Operator">How.</param>
/// <param name="Threshold">With what.</param>
/// <param name="IsAlternative">True when it is enough beside those before it (<c>or</c>), false when all of them are needed (<c>and</c>); of the first it says nothing.</param>
public sealed record AlertCondition(AlertCategory Category, AlertAggregation Aggregation, AlertOperator Operator, int Threshold, bool IsAlternative)
{
    /// <summary>The greatest <see cref="Threshold"/> (B451).</summary>
    public const int MostThreshold = 1_000_000;

    /// <summary>Whether a value meets it.</summary>
    public bool IsMetBy(long value) => Operator switch
    {
        AlertOperator.GreaterOrEqual => value >= Threshold,
        AlertOperator.Equal => value == Threshold,
        AlertOperator.Greater => value > Threshold,
        AlertOperator.Less => value < Threshold,
        AlertOperator.LessOrEqual => value <= Threshold,
        AlertOperator.NotEqual => value != Threshold,
    };
}

/// <summary>A way by which administrators hear of an alert.</summary>
public enum AlertChannelKind : byte
{
    /// <summary>A note in the portal.</summary>
    Portal,

    /// <summary>A letter.</summary>
    Email,

    /// <summary>A call.</summary>
    PhoneCall,

    /// <summary>A text message.</summary>
    Sms,
}

/// <summary>Who hears of an alert.</summary>
/// <param name="Contact">An address or a number.</param>
/// <param name="Locale">The language; null when nobody said.</param>
public sealed record AlertReceiver(string Contact, string? Locale);

/// <summary>A way by which administrators hear of an alert, and who (B457).</summary>
/// <param name="Kind">Which way.</param>
/// <param name="Receivers">Who; empty for the portal.</param>
public sealed record AlertChannel(AlertChannelKind Kind, ValueArray<AlertReceiver> Receivers);

/// <summary>A built-in rule as a tenant has it (C129, B450).</summary>
/// <param name="Template">Which.</param>
/// <param name="IsEnabled">Whether it raises alerts.</param>
/// <param name="Severity">How much its alerts matter.</param>
/// <param name="Conditions">When it raises one, at least one condition, all about what the template watches.</param>
/// <param name="Channels">How administrators hear of it; each kind once.</param>
public sealed record AlertRule(
    AlertTemplate Template, bool IsEnabled, AlertSeverity Severity, ValueArray<AlertCondition> Conditions, ValueArray<AlertChannel> Channels)
{
    /// <summary>The most conditions of a rule (B451).</summary>
    public const int MostConditions = 10;

    /// <summary>The most receivers of a channel (B457).</summary>
    public const int MostReceivers = 50;

    /// <summary>The longest <see cref="AlertReceiver.Contact"/>, in characters (B457).</summary>
    public const int LongestContact = 256;

    /// <summary>The longest <see cref="AlertReceiver.Locale"/>, in characters (B457).</summary>
    public const int LongestLocale = 35;

    /// <summary>The name for people.</summary>
    public string DisplayName => Template switch
    {
        AlertTemplate.Provision => "Provisioning failure impacting Cloud PCs",
        AlertTemplate.ImageUpload => "Upload failure for device images",
        AlertTemplate.NetworkConnectionCheck => "Azure network connection failure impacting Cloud PCs",
        AlertTemplate.InGracePeriod => "Cloud PCs in grace period",
        AlertTemplate.FrontlineInsufficientLicenses => "Frontline Cloud PCs waiting for licenses",
        AlertTemplate.FrontlineConcurrency => "Frontline Cloud PCs above the concurrency limit",
    };

    /// <summary>What it means, for people.</summary>
    public string Description => Template switch
    {
        AlertTemplate.Provision => "Cloud PCs could not be made, and their users cannot work on them.",
        AlertTemplate.ImageUpload => "Device images could not be taken, and no Cloud PC can be made from them.",
        AlertTemplate.NetworkConnectionCheck => "Checks of Azure network connections failed: no Cloud PC is made through them, and those that are there may be cut off.",
        AlertTemplate.InGracePeriod => "Cloud PCs go with their data at the end of their grace period unless what they lost comes back.",
        AlertTemplate.FrontlineInsufficientLicenses => "More Frontline Cloud PCs are assigned than there are licenses for, and somebody goes without.",
        AlertTemplate.FrontlineConcurrency => "More Frontline Cloud PCs are in use at the same time than there are licenses: the concurrency buffer is in use, or blocked.",
    };

    /// <summary>What its conditions can ask about; the first is what a single threshold is about.</summary>
    public static ValueArray<AlertCategory> CategoriesOf(AlertTemplate template) => template switch
    {
        AlertTemplate.Provision => [AlertCategory.ProvisionFailures],
        AlertTemplate.ImageUpload => [AlertCategory.ImageUploadFailures],
        AlertTemplate.NetworkConnectionCheck => [AlertCategory.NetworkConnectionFailures],
        AlertTemplate.InGracePeriod => [AlertCategory.InGracePeriod],
        AlertTemplate.FrontlineInsufficientLicenses => [AlertCategory.FrontlineInsufficientLicenses],
        AlertTemplate.FrontlineConcurrency => [AlertCategory.FrontlineBufferUsageThreshold, AlertCategory.FrontlineBufferUsageDuration],
    };

    /// <summary>Whether something of a category can be compared in a way (B452).</summary>
    public static bool Knows(AlertCategory category, AlertAggregation aggregation) => category switch
    {
        AlertCategory.FrontlineBufferUsageDuration => aggregation == AlertAggregation.DurationInMinutes,
        AlertCategory.FrontlineBufferUsageThreshold => aggregation == AlertAggregation.Count,
        AlertCategory.ImageUploadFailures => aggregation is AlertAggregation.Count or AlertAggregation.Percentage,
        _ => aggregation != AlertAggregation.DurationInMinutes,
    };

    /// <summary>The rule as a tenant has it that changed nothing (B450).</summary>
    public static AlertRule BuiltIn(AlertTemplate template) => new(
        template,
        true,
        template is AlertTemplate.FrontlineInsufficientLicenses or AlertTemplate.NetworkConnectionCheck ? AlertSeverity.Critical : AlertSeverity.Warning,
        [
            .. CategoriesOf(template).Select(category => new AlertCondition(
                category,
                category == AlertCategory.FrontlineBufferUsageDuration ? AlertAggregation.DurationInMinutes : AlertAggregation.Count,
                AlertOperator.GreaterOrEqual,
                category == AlertCategory.FrontlineBufferUsageDuration ? 60 : 1,
                true)),
        ],
        [new AlertChannel(AlertChannelKind.Portal, [])]);
}
