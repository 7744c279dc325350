using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Berth.Graph.Notifications;
using Berth.Graph.Telling;
using Berth.Notifications;

namespace Berth.CommandLine;

/// <summary>The options of <c>berth serve</c> for the mail server that takes letters (B794).</summary>
internal sealed class MailOptions
{
    /// <summary>Holds the password where no file does.</summary>
    public const string PasswordVariable = "BERTH_SMTP_PASSWORD";

    /// <summary>The port when none is named: that for letters that clients hand in.</summary>
    public const int DefaultPort = 587;

    /// <summary>The largest file with a password, in bytes.</summary>
    public const int LongestPassword = 4096;

    /// <summary>The longest name of a user, in characters.</summary>
    public const int LongestUser = 256;

    private static readonly Dictionary<string, MailSecurity> Securities = new(StringComparer.Ordinal)
    {
        ["starttls"] = MailSecurity.StartTls,
        ["tls"] = MailSecurity.Tls,
        ["none"] = MailSecurity.None,
    };

    private readonly Option<string?> _smtp = new("--smtp")
    {
        Description = $"The mail server that takes letters about alerts, such as smtp.example.com:587; without a port it is {DefaultPort}. Without a server nobody is told by letter.",
        HelpName = "HOST:PORT",
    };

    private readonly Option<string> _security = new("--smtp-security")
    {
        Description = "starttls, tls (from the first byte, as on port 465), or none, which is for a server on this machine.",
        DefaultValueFactory = static _ => "starttls",
    };

    private readonly Option<string?> _user = new("--smtp-user") { Description = "Who Berth is at the mail server.", HelpName = "NAME" };

    private readonly Option<FileInfo?> _password = new("--smtp-password-file")
    {
        Description = $"A file with the password; or the variable {PasswordVariable}.",
        HelpName = "FILE",
    };

    private readonly Option<string?> _from = new("--mail-from") { Description = "Who letters come from, such as berth@example.com.", HelpName = "ADDRESS" };

    /// <summary>Adds them to the command.</summary>
    public void AddTo(Command serve)
    {
        _security.AcceptOnlyFromAmong([.. Securities.Keys]);
        foreach (Option option in (Option[])[_smtp, _security, _user, _password, _from])
        {
            serve.Add(option);
        }

        serve.Validators.Add(Check);
    }

    /// <summary>What was said, or null when no server was named.</summary>
    public MailServer? Read(ParseResult parsed)
    {
        if (parsed.GetValue(_smtp) is not { } text)
        {
            return null;
        }

        (string host, int port) = Parse(text)!.Value;
        string? user = parsed.GetValue(_user);
        return new MailServer(host, port, Securities[parsed.GetValue(_security)!], parsed.GetValue(_from)!, user, user is null ? null : Password(parsed.GetValue(_password)));
    }

    private static string? Password(FileInfo? file) =>
        file is null ? Environment.GetEnvironmentVariable(PasswordVariable) : File.ReadAllText(file.FullName).TrimEnd('\r', '\n');

    private void Check(CommandResult result)
    {
        if (result.GetValue(_smtp) is not { } text)
        {
            foreach (Option option in (Option[])[_security, _user, _password, _from])
            {
                if (result.GetResult(option) is { Implicit: false })
                {
                    result.AddError($"{option.Name} belongs to a mail server: name it with --smtp.");
                }
            }

            return;
        }

        if (Parse(text) is not { } server)
        {
            result.AddError($"--smtp: '{text}' is not a host with a port, such as smtp.example.com:587; a scheme, a path and a user do not belong to it.");
            return;
        }

        if (result.GetValue(_from) is not { } from || !MailAddress.IsOne(from))
        {
            result.AddError("--smtp needs --mail-from: the mail address that letters come from, such as berth@example.com.");
        }

        if (result.GetValue(_password) is { } file && (!file.Exists || file.Length is 0 or > LongestPassword))
        {
            result.AddError($"--smtp-password-file: '{file}' is not there, is empty or has more than {LongestPassword} bytes.");
            return;
        }

        CheckUser(result, server.Host);
    }

    private void CheckUser(CommandResult result, string host)
    {
        if (result.GetValue(_user) is not { } user)
        {
            if (result.GetResult(_password) is { Implicit: false })
            {
                result.AddError("--smtp-password-file needs --smtp-user: whose password it is.");
            }

            return;
        }

        if (user.Length is 0 or > LongestUser || user.Any(char.IsControl))
        {
            result.AddError($"--smtp-user must have 1 to {LongestUser} characters, and no control characters.");
        }

        if (string.IsNullOrEmpty(Password(result.GetValue(_password))))
        {
            result.AddError($"--smtp-user needs a password: --smtp-password-file, or the variable {PasswordVariable}.");
        }

        if (result.GetValue(_security) == "none" && !NotificationHosts.IsLoopback(host))
        {
            result.AddError("--smtp-security none would send the password to another machine for everybody to read: use starttls or tls.");
        }
    }

    // A host, or an address of version 6 between brackets, then perhaps a port.
    private static (string Host, int Port)? Parse(string text)
    {
        int colon = text.EndsWith(']') ? -1 : text.LastIndexOf(':');
        (string host, string? port) = colon < 0 ? (text, null) : (text[..colon], text[(colon + 1)..]);
        int number = DefaultPort;
        if (Uri.CheckHostName(host) is UriHostNameType.Unknown or UriHostNameType.Basic || (host.Contains(':', StringComparison.Ordinal) && !host.StartsWith('['))
            || (port is not null && (!int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out number) || number is < 1 or > 65535)))
        {
            return null;
        }

        return (host.Trim('[', ']'), number);
    }
}
