using Berth.Engine.Collections;

namespace Berth.Engine.Catalog;

/// <summary>Service plans that a user of an Enterprise or Frontline Cloud PC is to have besides it (C14, C17). Nobody enforces them (C16).</summary>
public static class Companions
{
    /// <summary>Microsoft Intune.</summary>
    public static readonly Guid Intune = new("c1ec4a95-1f05-45b3-a911-aa3fa01094f5");

    /// <summary>Microsoft Entra ID P1.</summary>
    public static readonly Guid EntraP1 = new("41781fb2-bc02-4b7c-bd55-b576c07bb09d");

    /// <summary>Any one of these brings Windows; a check of the first two alone would fail users of F3 and Business Premium (C17).</summary>
    public static readonly ValueArray<Guid> Windows =
    [
        new("21b439ba-a0ca-424f-a6cc-52f954a5b111"),
        new("e7c91390-7625-45be-94e0-e16907e03118"),
        new("e041597c-9c7f-4ed9-99b0-2663301576f7"),
        new("8e229017-d77b-43d5-9305-903395523b99"),
    ];
    /// <summary>Intune for Education: enough for a member of a dynamic group (L83).</summary>
    public static readonly Guid IntuneForEducation = new("da24caf9-af8e-485c-b7c8-e73336da2693");

    /// <summary>Of each of these a user is to have one (B284).</summary>
    public static readonly ValueArray<ValueArray<Guid>> Sets = [[Intune], [EntraP1], Windows];
}
