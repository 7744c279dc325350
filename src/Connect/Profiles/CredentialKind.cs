namespace Berth.Connect.Profiles;

/// <summary>How Berth signs in to a tenant (B560).</summary>
public enum CredentialKind
{
    /// <summary>A person types a code on a page of the authority; the permissions are delegated.</summary>
    DeviceCode,

    /// <summary>The application's secret, from a variable of the environment or from whoever is asked.</summary>
    ClientSecret,

    /// <summary>The application's certificate with its key, from a file.</summary>
    Certificate,

    /// <summary>What the <c>AZURE_*</c> variables of the environment say.</summary>
    Environment,
}
