using System.Management.Automation;

namespace Berth.PowerShell.Wire;

/// <summary>A refusal as PowerShell's error: the server's words, its code as the id, a category, what it was about and what to do (B840).</summary>
internal static class Failures
{
    /// <summary>The error of an exception.</summary>
    /// <param name="failure">What happened.</param>
    /// <param name="target">What it was about, as the caller named it.</param>
    public static ErrorRecord Of(BerthException failure, object? target)
    {
        ErrorRecord record = new(failure, failure.Code, CategoryOf(failure), target);
        if (AdviceOn(failure.Code) is { } advice)
        {
            record.ErrorDetails = new ErrorDetails(failure.Message) { RecommendedAction = advice };
        }

        return record;
    }

    private static ErrorCategory CategoryOf(BerthException failure) => failure.Code switch
    {
        "seatsExhausted" => ErrorCategory.QuotaExceeded,
        "notConnected" => ErrorCategory.ConnectionError,
        "answerUnreadable" => ErrorCategory.InvalidResult,
        "signInFailed" => ErrorCategory.AuthenticationError,
        "tooManyChanges" or "tooManyRefused" => ErrorCategory.LimitsExceeded,
        "ambiguousName" or "nameMissing" or "changeUnreadable" => ErrorCategory.InvalidData,
        _ => failure.StatusCode switch
        {
            0 => ErrorCategory.ConnectionError,
            401 => ErrorCategory.AuthenticationError,
            403 => ErrorCategory.PermissionDenied,
            404 => ErrorCategory.ObjectNotFound,
            409 => ErrorCategory.InvalidOperation,
            413 => ErrorCategory.LimitsExceeded,
            429 or 503 => ErrorCategory.ResourceBusy,
            >= 500 => ErrorCategory.ResourceUnavailable,
            _ => ErrorCategory.InvalidArgument,
        },
    };

    private static string? AdviceOn(string code) => code switch
    {
        "seatsExhausted" => "No seat is left: Get-BerthSku shows what is free. Buy units or take the license from somebody.",
        "usageLocationMissing" => "A direct license needs the user's country: set usageLocation on the user.",
        "prohibitedInUsageLocation" => "A plan of the SKU is not offered in the user's country: leave it off with -DisabledPlan.",
        "plansMutuallyExclusive" => "Take the other license away in the same call with -RemoveSku, or leave one of the plans off with -DisabledPlan.",
        "missingDependency" => "Add the license that brings the missing plan in the same call, or leave the dependent plan off.",
        "inheritedFromGroup" => "A group gives this license: Get-BerthUserLicense names it. Change the group or the membership.",
        "massRemoval" => "Give -AllowMassRemoval if that is what you want.",
        "planOutdated" or "versionMoved" => "Somebody was quicker: run it again, so that the plan is drawn anew.",
        "resourceNotFound" => "Check the spelling, and with Get-BerthContext the tenant.",
        "permissionMissing" => "The application may not do this: give it the permission, or connect as another.",
        "notConnected" => "Run Connect-Berth first.",
        _ => null,
    };
}
