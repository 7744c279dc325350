using Berth.Engine.Collections;

namespace Berth.Engine.Licensing;

/// <summary>What a (SKU, source) row of <c>licenseAssignmentStates</c> says (L116).</summary>
public enum AssignmentState : byte
{
    /// <summary>In force.</summary>
    Active,

    /// <summary>In force as before, but what is wanted now could not be done.</summary>
    ActiveWithError,

    /// <summary>Wanted and not in force.</summary>
    Error,
}

/// <summary>One row of <c>licenseAssignmentStates</c>: a SKU from a source (L115).</summary>
/// <param name="Sku">The SKU's index.</param>
/// <param name="Group">The group's index; -1 for direct.</param>
/// <param name="State">See <see cref="AssignmentState"/>.</param>
/// <param name="Error">The error, if any.</param>
/// <param name="Disabled">Plans switched off: those in force, or those wanted when the state is Error.</param>
/// <param name="UpdatedAt">When the row last changed.</param>
public readonly record struct LicenseState(
    int Sku, int Group, AssignmentState State, LicenseError Error, ValueArray<int> Disabled, DateTimeOffset UpdatedAt)
{
    /// <summary>Every row of a user: direct ones first, then by group, each ascending by SKU.</summary>
    public static LicenseState[] Of(Tenant tenant, int user)
    {
        UserLicenses licenses = tenant.LicensesOf(user);
        ReadOnlySpan<License> direct = licenses.Direct.Items.Span;
        ReadOnlySpan<GroupSource> groups = licenses.Groups.Span;
        List<LicenseState>? more = groups.IsEmpty ? null : [];
        LicenseState[] states = new LicenseState[direct.Length];
        for (int i = 0; i < states.Length; i++)
        {
            states[i] = new LicenseState(direct[i].Sku, -1, AssignmentState.Active, LicenseError.None, direct[i].Disabled, licenses.DirectUpdatedAt[i]);
        }

        foreach (ref readonly GroupSource source in groups)
        {
            Add(more!, source, Wanted(tenant, user, source.Group));
        }

        return more is null ? states : [.. states, .. more];
    }

    /// <summary>What a group wants for a user: its licenses while the user is a first-level member, else nothing.</summary>
    public static LicenseSet Wanted(Tenant tenant, int user, int group) =>
        tenant.GroupsOf(user).Span.BinarySearch(group) >= 0 ? tenant.Groups[group].Licenses : LicenseSet.Empty;

    // Both are ascending by SKU.
    private static void Add(List<LicenseState> states, in GroupSource source, LicenseSet wanted)
    {
        ReadOnlySpan<License> applied = source.Applied.Items.Span, wants = wanted.Items.Span;
        for (int i = 0, j = 0; i < applied.Length || j < wants.Length;)
        {
            int order = i == applied.Length ? 1 : j == wants.Length ? -1 : applied[i].Sku.CompareTo(wants[j].Sku);
            License license = order <= 0 ? applied[i] : wants[j];
            LicenseError error = source.Trouble?[license.Sku] ?? LicenseError.None;
            AssignmentState state = order > 0 ? AssignmentState.Error : error == LicenseError.None ? AssignmentState.Active : AssignmentState.ActiveWithError;
            states.Add(new LicenseState(license.Sku, source.Group, state, error, license.Disabled, source.UpdatedAt));
            i += order <= 0 ? 1 : 0;
            j += order >= 0 ? 1 : 0;
        }
    }
}
