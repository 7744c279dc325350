namespace Berth.Certificates;

/// <summary>The authorities that this machine trusts and one more, in one file: what programs take that know only one file of authorities.</summary>
internal static class TrustBundle
{
    /// <summary>Where Linux distributions and macOS keep the authorities a machine trusts.</summary>
    private static readonly string[] SystemBundles =
        ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"];

    /// <summary>The text of the bundle, in PEM.</summary>
    /// <param name="authorityPem">The authority that comes on top.</param>
    /// <param name="instead">A file that takes the place of the machine's own, when it is there.</param>
    public static string With(string authorityPem, string? instead = null)
    {
        string? machine = File.Exists(instead) ? instead : SystemBundles.FirstOrDefault(File.Exists);
        return (machine is null ? "" : File.ReadAllText(machine).TrimEnd() + "\n") + authorityPem + "\n";
    }
}
