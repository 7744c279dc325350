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
    public static IEnumerable<LicenseState> Of(Tenant tenant, int user)
    {
        UserLicenses licenses = tenant.LicensesOf(user);
        for (int i = 0; i < licenses.Direct.Items.Count; i++)
        {
            License license = licenses.Direct.Items[i];
            yield return new LicenseState(license.Sku, -1, AssignmentState.Active, LicenseError.None, license.Disabled, licenses.DirectUpdatedAt[i]);
        }

        foreach (GroupSource source in licenses.Groups)
        {
            foreach (LicenseState state in Of(source, Wanted(tenant, user, source.Group)))
            {
                yield return state;
            }
        }
    }

    /// <summary>What a group wants for a user: its licenses while the user is a first-level member, else nothing.</summary>
    public static LicenseSet Wanted(Tenant tenant, int user, int group) =>
        tenant.GroupsOf(user).Span.BinarySearch(group) >= 0 ? tenant.Groups[group].Licenses : LicenseSet.Empty;

    private static IEnumerable<LicenseState> Of(GroupSource source, LicenseSet wanted)
    {
        foreach (int sku in source.Applied.Items.Select(item => item.Sku).Union(wanted.Items.Select(item => item.Sku)).Order())
        {
            LicenseError error = source.Trouble?[sku] ?? LicenseError.None;
            if (source.Applied.Disabled(sku) is { } inForce)
            {
                AssignmentState state = error == LicenseError.None ? AssignmentState.Active : AssignmentState.ActiveWithError;
                yield return new LicenseState(sku, source.Group, state, error, inForce, source.UpdatedAt);
            }
            else
            {
                yield return new LicenseState(sku, source.Group, AssignmentState.Error, error, wanted.Disabled(sku)!.Value, source.UpdatedAt);
            }
        }
    }
}
