namespace Berth.Engine.CloudPcs;

/// <summary>What Cloud PCs without a policy are made with: <c>cloudPcOrganizationSettings</c> (B376).</summary>
/// <param name="AutoEnrolls">Whether new Cloud PCs are enrolled in device management; kept and shown, Berth enrolls none.</param>
/// <param name="SingleSignOn">Whether single sign-on is on.</param>
/// <param name="IsWindows10">Whether they get Windows 10 instead of Windows 11.</param>
/// <param name="IsAdministrator">Whether users are administrators.</param>
/// <param name="Locale">The language (C143).</param>
public sealed record OrganizationSettings(bool AutoEnrolls, bool SingleSignOn, bool IsWindows10, bool IsAdministrator, string Locale)
{
    /// <summary>As they are before somebody changes them.</summary>
    public static OrganizationSettings Default { get; } = new(false, false, false, false, "en-US");
}
