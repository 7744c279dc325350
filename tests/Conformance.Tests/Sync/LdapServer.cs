using System.Diagnostics;
using System.Globalization;
using Berth.Conformance.Tests.House;

namespace Berth.Conformance.Tests.Sync;

/// <summary>
/// A real OpenLDAP, made by <c>eng/openldap</c> in a temporary folder, changed with OpenLDAP's own tools. Its administrator sees everything, nobody else anything, and it gives
/// at most 50 entries to who does not ask for pages. It ends with the process that asked for it, however that ends.
/// </summary>
internal sealed class LdapServer : IDisposable
{
    public const string Root = "dc=contoso,dc=example";
    public const string Admin = "cn=admin,dc=contoso,dc=example";

    /// <summary>The password of the administrator.</summary>
    public const string Password = "berth-Ldap-1";

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(100);

    private readonly System.Diagnostics.Process _process;

    /// <summary>Makes one and waits until it answers.</summary>
    public LdapServer()
    {
        Run(Repository.PathOf("eng/openldap"), "");
        _process = Start(Repository.PathOf("eng/openldap"), ["run", Path.Combine(Path.GetTempPath(), "berth-ldap-" + Guid.NewGuid().ToString("N")[..12])]);
        Task<string?> line = _process.StandardOutput.ReadLineAsync();
        Port = line.Wait(_patience) && line.Result is { } port
            ? int.Parse(port, CultureInfo.InvariantCulture)
            : throw new InvalidOperationException($"eng/openldap: {(_process.HasExited ? _process.StandardError.ReadToEnd() : "no answer")}");
    }

    /// <summary>Its port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>Where it is.</summary>
    public string Address => $"ldap://127.0.0.1:{Port}";

    /// <summary>Does what a text of LDIF says: what has no <c>changetype</c> is added.</summary>
    public void Modify(string ldif) => Run("ldapmodify", ldif + "\n", "-a", "-x", "-H", Address, "-D", Admin, "-w", Password);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.StandardInput.Close();
            _process.WaitForExit(_patience);
        }

        _process.Dispose();
    }

    private static void Run(string program, string input, params string[] arguments)
    {
        using System.Diagnostics.Process process = Start(program, arguments);
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program}: {errors.Result}{output.Result}");
        }
    }

    private static System.Diagnostics.Process Start(string program, string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["BERTH_LDAP_PASSWORD"] = Password;
        return System.Diagnostics.Process.Start(start)!;
    }
}
