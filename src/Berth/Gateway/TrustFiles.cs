using System.Security.Cryptography.X509Certificates;
using Berth.Certificates;
using Berth.Serving;

namespace Berth.Gateway;

/// <summary>
/// The files that make one program trust the gateway, in a folder of their own that only its owner can read. The authority's key is never written: nothing
/// else can be signed by it, and with the gateway it is gone.
/// </summary>
internal sealed class TrustFiles : IDisposable
{
    private readonly DataFolder _folder;

    private TrustFiles(DataFolder folder, X509Certificate2 certificate) => (_folder, Certificate) = (folder, certificate);

    /// <summary>The gateway's certificate, for every name in <see cref="GatewayLimits.Names"/>.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>The authority alone, in PEM.</summary>
    public string Authority => _folder.PathOf("ca.pem");

    /// <summary>The authorities that the machine trusts, and this one.</summary>
    public string Bundle => _folder.PathOf("bundle.pem");

    /// <summary>What Node runs first, so that its own clients take the gateway.</summary>
    public string NodeProxy => _folder.PathOf("node-proxy.cjs");

    /// <summary>Makes them.</summary>
    /// <exception cref="StartRefusedException">The temporary folder cannot be written.</exception>
    public static TrustFiles Make(string? machineBundle, DateTimeOffset now)
    {
        using X509Certificate2 authority = LocalAuthority.Make(now, GatewayLimits.Names);
        DataFolder folder;
        try
        {
            folder = new DataFolder(Directory.CreateTempSubdirectory("berth-exec-").FullName);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"cannot make a folder in {Path.GetTempPath()}: {e.Message} Set TMPDIR to a folder that can be written.", e);
        }

        TrustFiles files = new(folder, LocalAuthority.Issue(authority, now, GatewayLimits.Names));
        try
        {
            string pem = authority.ExportCertificatePem();
            folder.WriteText("ca.pem", pem + "\n", DataFolder.OwnerOnly);
            folder.WriteText("bundle.pem", TrustBundle.With(pem, machineBundle), DataFolder.OwnerOnly);
            using Stream script = typeof(TrustFiles).Assembly.GetManifestResourceStream("Berth.Gateway.node-proxy.cjs")!;
            using StreamReader reader = new(script);
            folder.WriteText("node-proxy.cjs", reader.ReadToEnd(), DataFolder.OwnerOnly);
            return files;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            files.Dispose();
            throw new StartRefusedException($"cannot write in {folder.Path}: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Certificate.Dispose();
        try
        {
            Directory.Delete(_folder.Path, true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It holds no secret, and the system clears its temporary folder.
        }
    }
}
