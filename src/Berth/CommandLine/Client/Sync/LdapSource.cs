using System.DirectoryServices.Protocols;
using System.Globalization;
using System.Net;

namespace Berth.CommandLine.Client.Sync;

/// <summary>Reads users and groups of an LDAP directory, page by page (B817). Nothing is ever written there.</summary>
internal static class LdapSource
{
    private const int LdapPort = 389;
    private const int LdapsPort = 636;

    /// <summary>Reads the directory.</summary>
    /// <exception cref="SourceFailedException">It cannot be reached, refuses, or has more than a sync takes.</exception>
    public static SourceDirectory Read(LdapSettings settings, CancellationToken cancel)
    {
        try
        {
            using LdapConnection connection = Connect(settings);
            LdapKind kind = LdapKind.Of(settings.Kind);
            Dictionary<string, string[]> mapped = Mapped(settings, kind);
            string filter = settings.Users.Filter ?? kind.UserFilter;
            List<LdapEntry> users = Search(connection, settings, settings.Users.Base, filter, [.. mapped.Values.SelectMany(names => names), kind.Key, "userAccountControl"], cancel);
            HashSet<string> disabled = settings.Users.DisabledFilter is { } which
                ? [.. Search(connection, settings, settings.Users.Base, $"(&{filter}{which})", [kind.Key], cancel).Select(entry => LdapEntry.Canonical(entry.Name))]
                : [];
            List<LdapEntry> groups = settings.Groups is { } place
                ? Search(connection, settings, place.Base, place.Filter ?? kind.GroupFilter, ["cn", "displayName", "description", kind.Key, .. kind.Members], cancel)
                : [];
            return LdapReading.Of(users, groups, disabled, mapped, settings, kind);
        }
        catch (DllNotFoundException gone)
        {
            throw new SourceFailedException("LDAP is read with OpenLDAP's library, which is not on this machine: install libldap (Debian and Ubuntu: libldap-2.5-0 or libldap2).", gone);
        }
        catch (Exception e) when (e is LdapException or DirectoryOperationException or TlsOperationException)
        {
            string server = e is DirectoryOperationException { Response.ErrorMessage: { Length: > 0 } said } ? $" ({said})" : e is LdapException { ServerErrorMessage: { Length: > 0 } told } ? $" ({told})" : "";
            throw new SourceFailedException($"{settings.Server}: {e.Message}{server} Nothing was changed.", e);
        }
    }

    private static LdapConnection Connect(LdapSettings settings)
    {
        Uri address = settings.Address;
        bool isSecure = address.Scheme == "ldaps";
        LdapConnection connection = new(new LdapDirectoryIdentifier(address.Host, address.IsDefaultPort || address.Port <= 0 ? isSecure ? LdapsPort : LdapPort : address.Port))
        {
            AuthType = settings.BindDn is null ? AuthType.Anonymous : AuthType.Basic,
            Timeout = SyncLimits.LdapAnswer,
        };
        try
        {
            connection.SessionOptions.ProtocolVersion = 3;
            connection.SessionOptions.ReferralChasing = ReferralChasingOptions.None;
            if (isSecure)
            {
                connection.SessionOptions.SecureSocketLayer = true;
            }
            else if (settings.StartTls)
            {
                connection.SessionOptions.StartTransportLayerSecurity(null);
            }

            if (settings.BindDn is { } name)
            {
                connection.Bind(new NetworkCredential(name, settings.Password()));
            }
            else
            {
                connection.Bind();
            }

            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static Dictionary<string, string[]> Mapped(LdapSettings settings, LdapKind kind)
    {
        Dictionary<string, string[]> mapped = new(kind.Attributes, StringComparer.Ordinal);
        foreach ((string property, string attribute) in settings.Users.Attributes)
        {
            if (attribute.Length == 0)
            {
                mapped.Remove(property);
            }
            else
            {
                mapped[property] = [attribute];
            }
        }

        return mapped;
    }

    private static List<LdapEntry> Search(LdapConnection connection, LdapSettings settings, string place, string filter, string[] attributes, CancellationToken cancel)
    {
        List<LdapEntry> found = [];
        PageResultRequestControl page = new(settings.PageSize);
        SearchRequest request = new(place, filter, SearchScope.Subtree, [.. attributes.Distinct(StringComparer.OrdinalIgnoreCase)]);
        request.Controls.Add(page);
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            SearchResponse response = (SearchResponse)connection.SendRequest(request, SyncLimits.LdapAnswer);
            foreach (SearchResultEntry entry in response.Entries)
            {
                if (found.Count == SyncLimits.Entries)
                {
                    throw new SourceFailedException($"{settings.Server} has more than {SyncLimits.Entries} entries below {place}: narrow the filter. Nothing was changed.");
                }

                found.Add(Entry(connection, entry));
            }

            // Who does not page and does not refuse either has answered with everything.
            page.Cookie = response.Controls.OfType<PageResultResponseControl>().FirstOrDefault()?.Cookie ?? [];
            if (page.Cookie.Length == 0)
            {
                return found;
            }
        }
    }

    private static LdapEntry Entry(LdapConnection connection, SearchResultEntry entry)
    {
        Dictionary<string, IReadOnlyList<byte[]>> values = new(StringComparer.OrdinalIgnoreCase);
        foreach (DirectoryAttribute attribute in entry.Attributes.Values)
        {
            string[] parts = attribute.Name.Split(';');
            List<byte[]> all = [.. values.GetValueOrDefault(parts[0]) ?? [], .. (byte[][])attribute.GetValues(typeof(byte[]))];
            if (parts.Length > 1 && parts[1].StartsWith("range=", StringComparison.OrdinalIgnoreCase))
            {
                ReadOn(connection, entry.DistinguishedName, parts[0], parts[1], all);
            }

            values[parts[0]] = all;
        }

        return new LdapEntry(entry.DistinguishedName, values);
    }

    // Active Directory gives so many values of an attribute at once, and the next when it is asked for those from a number on.
    private static void ReadOn(LdapConnection connection, string name, string attribute, string range, List<byte[]> all)
    {
        while (!range.EndsWith('*') && range.LastIndexOf('-') is > 0 and int hyphen
            && int.TryParse(range[(hyphen + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int last) && all.Count <= SyncLimits.Members)
        {
            SearchRequest request = new(name, "(objectClass=*)", SearchScope.Base, string.Create(CultureInfo.InvariantCulture, $"{attribute};range={last + 1}-*"));
            SearchResponse response = (SearchResponse)connection.SendRequest(request, SyncLimits.LdapAnswer);
            if (response.Entries.Count == 0 || response.Entries[0].Attributes.Values.OfType<DirectoryAttribute>().FirstOrDefault(one => one.Name.Contains(";range=", StringComparison.OrdinalIgnoreCase)) is not { } next)
            {
                return;
            }

            all.AddRange((byte[][])next.GetValues(typeof(byte[])));
            range = next.Name.Split(';')[1];
        }
    }
}
