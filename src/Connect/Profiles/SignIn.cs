using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;

namespace Berth.Connect.Profiles;

/// <summary>The credential of a profile. Azure.Identity makes the tokens and keeps them in memory only.</summary>
public static class SignIn
{
    /// <summary>The credential.</summary>
    /// <param name="profile">Whose.</param>
    /// <param name="secret">The client secret, with <see cref="CredentialKind.ClientSecret"/> only.</param>
    /// <param name="say">Tells a person where to type which code, with <see cref="CredentialKind.DeviceCode"/> only.</param>
    /// <exception cref="ConnectFailedException">What it needs is not there.</exception>
    public static TokenCredential Of(TenantProfile profile, string? secret, Action<string> say)
    {
        try
        {
            return profile.Credential switch
            {
                CredentialKind.ClientSecret => new ClientSecretCredential(profile.Tenant, profile.ClientId, secret is { Length: > 0 } known ? known
                    : throw new ConnectFailedException($"there is no secret to sign in as {profile.ClientId}{(profile.SecretVariable is { } variable ? $": set {variable} to it" : "")}."), Options<ClientSecretCredentialOptions>(profile)),
                CredentialKind.Certificate => new ClientCertificateCredential(profile.Tenant, profile.ClientId, profile.CertificateFile!, Options<ClientCertificateCredentialOptions>(profile)),
                CredentialKind.Environment => new EnvironmentCredential(Options<EnvironmentCredentialOptions>(profile)),
                CredentialKind.DeviceCode => DeviceCode(profile, say),
                _ => throw new ArgumentOutOfRangeException(nameof(profile), profile.Credential, "not a kind of credential"),
            };
        }
        catch (ArgumentException e)
        {
            throw new ConnectFailedException($"the profile of {profile.Name} cannot sign in: {e.Message}", e);
        }
    }

    private static DeviceCodeCredential DeviceCode(TenantProfile profile, Action<string> say)
    {
        DeviceCodeCredentialOptions options = Options<DeviceCodeCredentialOptions>(profile);
        (options.TenantId, options.ClientId) = (profile.Tenant, profile.ClientId);
        options.DeviceCodeCallback = (code, _) =>
        {
            say(code.Message);
            return Task.CompletedTask;
        };
        return new DeviceCodeCredential(options);
    }

    private static T Options<T>(TenantProfile profile)
        where T : TokenCredentialOptions, new()
    {
        T options = new() { AuthorityHost = profile.Authority };

        // An authority in the own house is not in Microsoft's list, and asking there would tell strangers of it.
        bool own = !profile.IsMicrosofts;
        switch (options)
        {
            case ClientSecretCredentialOptions secret:
                secret.DisableInstanceDiscovery = own;
                break;
            case ClientCertificateCredentialOptions certificate:
                (certificate.DisableInstanceDiscovery, certificate.SendCertificateChain) = (own, false);
                break;
            case EnvironmentCredentialOptions environment:
                environment.DisableInstanceDiscovery = own;
                break;
            case DeviceCodeCredentialOptions device:
                device.DisableInstanceDiscovery = own;
                break;
        }

        // What is told to Graph is told by this room alone; nothing goes to a log.
        options.Diagnostics.IsLoggingEnabled = false;
        options.Diagnostics.IsTelemetryEnabled = false;
        options.Diagnostics.IsDistributedTracingEnabled = false;
        if (profile.Authority.IsLoopback)
        {
            // A proxy of the environment does not know this machine's own addresses. The transport lives as long as the credential.
            options.Transport = new HttpClientTransport(new HttpClientHandler { UseProxy = false });
        }

        return options;
    }
}
