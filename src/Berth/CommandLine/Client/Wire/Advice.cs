namespace Berth.CommandLine.Client.Wire;

/// <summary>What a person can do about a refusal, by its machine code.</summary>
internal static class Advice
{
    // Graph itself has no inner code: its license errors are told apart by their texts (licensing rules, 1.3).
    private static readonly (string Text, string Code)[] _texts =
    [
        ("does not have any available licenses", "seatsExhausted"),
        ("does not correspond to a valid company License", "skuNotInTenant"),
        ("invalid usage location", "usageLocationMissing"),
        ("are mutually exclusive", "plansMutuallyExclusive"),
        ("depends on the service plan", "missingDependency"),
        ("inherited from a group membership", "inheritedFromGroup"),
        ("does not have a corresponding license", "licenseNotHeld"),
    ];

    /// <summary>The machine code of a refusal that carries none, or null.</summary>
    public static string? CodeOf(int status, string message) => status switch
    {
        400 => _texts.FirstOrDefault(known => message.Contains(known.Text, StringComparison.OrdinalIgnoreCase)).Code,
        403 => "permissionMissing",
        404 => "resourceNotFound",
        429 => "throttled",
        _ => null,
    };

    /// <summary>What to do, a sentence; null when the server's own sentence says all there is.</summary>
    public static string? For(string code) => code switch
    {
        "seatsExhausted" => "No seat is left (E2). 'berth sku list' shows what is free: buy units or take the license from somebody, then run this again.",
        "skuNotInTenant" => "The tenant has no subscription of this SKU (E1). 'berth sku list' shows what it has.",
        "skuNotAssignableToTarget" => "This SKU belongs to the whole company and is not given to users (E9).",
        "unknownDisabledPlan" => "A plan to disable is not part of the SKU (E10). 'berth catalog list NAME -o json' shows its plans.",
        "usageLocationMissing" => "A direct license needs to know the user's country (E3): give --usage-location XX, such as US, or set it on the user.",
        "prohibitedInUsageLocation" => "A plan of this SKU is not offered in the user's country (E3): disable the plan or correct the user's usage location.",
        "plansMutuallyExclusive" =>
            "Two plans cannot be held together (E4): take the other license away in the same step (--remove in bulk assign), or disable one of the plans.",
        "missingDependency" => "A plan needs another plan that the user would not have (E5): assign that license too, or disable the plan.",
        "dependedUponByOther" => "What would go is needed by a license that stays (E5): remove both, or disable the dependent plan first.",
        "inheritedFromGroup" =>
            "A group gives this license (E6): take the user out of the group, or the license from the group. 'berth user license list USER' names it.",
        "licenseNotHeld" => "It is not assigned directly, so there is nothing to remove (E7).",
        "groupNotSecurityEnabled" => "Only a security-enabled group can carry licenses (L37).",
        "resourceNotFound" => "There is no such user or group (E11): check the spelling, and --tenant.",
        "permissionMissing" => "The application may not do this (E12): grant it LicenseAssignment.ReadWrite.All and User.Read.All, or sign in as another.",
        "versionMoved" or "planOutdated" => "Somebody was quicker: draw the plan again (B504, B506).",
        "massRemoval" => "Give --allow-mass-removal if that is what you want (B505).",
        "throttled" => "The server is busy: run this again later.",
        _ => null,
    };
}
