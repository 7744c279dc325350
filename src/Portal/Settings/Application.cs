namespace Berth.Portal.Settings;

/// <summary>The programs that may ask this tenant, and what there is to permit.</summary>
public sealed record ApplicationList(IReadOnlyList<Application> Value, IReadOnlyList<string> Permissions)
{
    /// <summary>Where they are.</summary>
    public const string Address = "berth/v1/applications";
}

/// <summary>A program that signs in by itself; the secret is in the one answer that made it.</summary>
public sealed record Application(
    Guid ClientId, Guid TenantId, string DisplayName, bool IsOfDemo, IReadOnlyList<string> Permissions, IReadOnlyList<ApplicationCertificate> Certificates, string? ClientSecret);

/// <summary>A certificate by which it signs in.</summary>
public sealed record ApplicationCertificate(string Thumbprint, DateTimeOffset NotAfter);

/// <summary>A program that is to be registered.</summary>
public sealed record NewApplication(string DisplayName, IReadOnlyList<string> Permissions);
