using System.Text;
using Berth.CommandLine.Client.Sync;
using Berth.Conformance.Tests.Faults;
using CsCheck;
using Xunit;

namespace Berth.Conformance.Tests.Sync;

/// <summary>Entries of LDAP as users and groups (B817, B818), the settings (B820), and the schedule (B819).</summary>
public sealed class LdapReadings
{
    private static readonly Guid _key = Guid.Parse("0d1f2e3c-4b5a-6978-8796-a5b4c3d2e1f0");

    [Fact]
    public void B817_active_directory_has_its_own_names_keys_and_flags()
    {
        LdapEntry[] users =
        [
            Entry("CN=Ada,OU=P,DC=x", [("userPrincipalName", "ada@x.example"), ("displayName", "Ada"), ("department", "Flight"), ("c", "DE"), ("co", "Germany"), ("userAccountControl", "512")], _key),
            Entry("CN=Bob,OU=P,DC=x", [("sAMAccountName", "bob"), ("cn", "Bob"), ("userAccountControl", "514")], Guid.NewGuid()),
            Entry("CN=Eve,OU=P,DC=x", [("sAMAccountName", "ada"), ("userAccountControl", "66048")], Guid.NewGuid()),
        ];
        LdapEntry[] groups = [Entry("CN=G,DC=x", [("cn", "G"), ("member", "cn=ada,ou=p,dc=x"), ("member", "CN=Bob,OU=P,DC=x")], Guid.NewGuid())];
        SourceDirectory read = Read(users, groups, new LdapSettings { Kind = "ad", UpnSuffix = "x.example", Groups = new LdapGroups { Base = "DC=x" } });
        Assert.Equal(["ada@x.example True", "bob@x.example False", "CN=Eve,OU=P,DC=x "], read.Users.Select(user => $"{user.Name} {user.IsEnabled}"));
        Assert.Equal((_key.ToString(), "Flight", "DE", "Germany"), (read.Users[0].Key, read.Users[0].Properties["department"], read.Users[0].Properties["usageLocation"], read.Users[0].Properties["country"]));
        Assert.Contains("is the userPrincipalName of two", Assert.Single(read.Troubles), StringComparison.Ordinal);
        Assert.Equal(2, Assert.Single(read.Groups).Members.Count);
    }

    [Fact]
    public void Who_has_no_key_makes_the_source_one_that_is_not_whole()
    {
        SourceDirectory read = Read([Entry("uid=a,dc=x", [("mail", "a@x.example")], null)], [], new LdapSettings());
        Assert.False(read.IsWhole);
        Assert.Empty(read.Users);
    }

    [Fact]
    public void B818_groups_in_a_circle_are_looked_into_once_each()
    {
        LdapEntry[] users = [.. "abc".Select(letter => Entry($"uid={letter},dc=x", [("mail", $"{letter}@x.example"), ("entryUUID", $"{letter}")], null))];
        LdapEntry[] groups =
        [
            Entry("cn=1,dc=x", [("cn", "1"), ("entryUUID", "1"), ("member", "uid=a,dc=x"), ("member", "cn=2,dc=x")], null),
            Entry("cn=2,dc=x", [("cn", "2"), ("entryUUID", "2"), ("uniqueMember", "uid=b,dc=x"), ("member", "cn=3,dc=x")], null),
            Entry("cn=3,dc=x", [("cn", "3"), ("entryUUID", "3"), ("member", "uid=c,dc=x"), ("member", "cn=1,dc=x")], null),
        ];
        Assert.Equal(["a", "b", "c"], Read(users, groups, new LdapSettings { Groups = new LdapGroups() }).Groups.SelectMany(group => group.Members));
        Assert.All(Read(users, groups, new LdapSettings { Groups = new LdapGroups { Nested = "flatten" } }).Groups, group => Assert.Equal(3, group.Members.Count));
    }

    [Theory]
    [InlineData("CN=Ada, OU=People ,dc = X", "cn=ada,ou=people,dc=x")]
    [InlineData(" cn=a  b,dc=x ", "cn=a  b,dc=x")]
    public void Distinguished_names_are_the_same_whatever_their_spelling(string one, string canonical) => Assert.Equal(canonical, LdapEntry.Canonical(one));

    [Fact]
    public void Whatever_ldap_gives_is_read()
    {
        Gen<byte[]> value = Gen.Byte.Array[0, 20];
        Gen.Select(Gen.String, Gen.OneOf("mail", "uid", "member", "entryUUID", "userAccountControl", "cn"), value.Array[0, 3]).Array[0, 6].Try(all =>
        {
            LdapEntry[] entries = [.. all.Select(one => new LdapEntry(one.Item1, new Dictionary<string, IReadOnlyList<byte[]>> { [one.Item2] = one.Item3, ["entryUUID"] = [Encoding.UTF8.GetBytes(one.Item1)] }))];
            _ = Read(entries, entries, new LdapSettings { Groups = new LdapGroups { Nested = "flatten" } });
        });
    }

    [Theory]
    [InlineData("""{"name":"hq","server":"ldap://ldap.example","bindDn":"cn=x","users":{"base":"dc=x"}}""", "in the clear")]
    [InlineData("""{"name":"hq","server":"http://ldap.example","users":{"base":"dc=x"}}""", "'server' is")]
    [InlineData("""{"name":"HQ","server":"ldaps://ldap.example","users":{"base":"dc=x"}}""", "'name' has")]
    [InlineData("""{"name":"hq","server":"ldaps://ldap.example","users":{}}""", "'users' has a 'base'")]
    [InlineData("""{"name":"hq","kind":"novell","server":"ldaps://ldap.example","users":{"base":"dc=x"}}""", "'kind' is")]
    [InlineData("""{"name":"hq","server":"ldaps://ldap.example","pageSize":0,"users":{"base":"dc=x"}}""", "'pageSize' is")]
    [InlineData("""{"name":"hq","server":"ldaps://ldap.example","users":{"base":"dc=x"},"groups":{"base":"dc=x","nested":"all"}}""", "'nested' is")]
    [InlineData("""{"name":"hq","server":"ldaps://ldap.example","users":{"base":"dc=x","attributes":{"shoeSize":"x"}}}""", "names 'shoeSize'")]
    [InlineData("""{"name":"hq","password":"x"}""", "password")]
    [InlineData("""{"name":""", "line 1")]
    [InlineData("null", "is empty")]
    public void B820_settings_that_cannot_be_are_told(string text, string why)
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, text);
            Assert.Contains(why, Assert.Throws<SourceFailedException>(() => LdapSettings.Read(new FileInfo(file))).Message, StringComparison.Ordinal);
            File.WriteAllText(file, new string(' ', SyncLimits.SettingsBytes + 1));
            Assert.Contains("is larger than", Assert.Throws<SourceFailedException>(() => LdapSettings.Read(new FileInfo(file))).Message, StringComparison.Ordinal);
            File.WriteAllText(file, "secret\n");
            Assert.Equal("secret", new LdapSettings { PasswordFile = file }.Password());
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("1m", 1)]
    [InlineData("90m", 90)]
    [InlineData("1h", 60)]
    [InlineData("7d", 7 * 24 * 60)]
    [InlineData("8d", null)]
    [InlineData("0m", null)]
    [InlineData("30s", null)]
    [InlineData("1 h", null)]
    public void B819_a_pause_is_between_a_minute_and_a_week(string text, int? minutes) => Assert.Equal(minutes, (int?)SyncSchedule.Read(text)?.TotalMinutes);

    [Fact]
    public async Task B819_a_run_that_failed_ends_nothing_and_the_next_begins_a_pause_after_its_end()
    {
        ManualTime time = new();
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        List<DateTimeOffset> began = [];
        List<string> told = [];
        Task<int> all = SyncSchedule.RunAsync(
            TimeSpan.FromHours(1),
            time,
            () =>
            {
                began.Add(time.GetUtcNow());
                time.Advance(TimeSpan.FromMinutes(10));
                return began.Count == 2 ? throw new SourceFailedException("the source is away") : Task.FromResult(0);
            },
            told.Add,
            stop.Token);
        for (int i = 0; i < 2; i++)
        {
            await time.SomebodyWaitsAsync(stop.Token);
            time.Advance(TimeSpan.FromHours(1));
        }

        await time.SomebodyWaitsAsync(stop.Token);
        await stop.CancelAsync();
        Assert.Equal(0, await all);
        Assert.Equal([TimeSpan.FromMinutes(70), TimeSpan.FromMinutes(70)], began.Zip(began.Skip(1), (one, next) => next - one));
        Assert.Equal(["the source is away"], told);
        Assert.Equal(2, await SyncSchedule.RunAsync(null, time, () => throw new SourceFailedException("gone"), told.Add, TestContext.Current.CancellationToken));
    }

    private static SourceDirectory Read(LdapEntry[] users, LdapEntry[] groups, LdapSettings settings)
    {
        LdapKind kind = LdapKind.Of(settings.Kind);
        return LdapReading.Of(users, groups, new HashSet<string>(), kind.Attributes, settings, kind);
    }

    private static LdapEntry Entry(string name, (string Attribute, string Value)[] values, Guid? key)
    {
        Dictionary<string, IReadOnlyList<byte[]>> all = values.GroupBy(one => one.Attribute).ToDictionary(
            same => same.Key, IReadOnlyList<byte[]> (same) => [.. same.Select(one => Encoding.UTF8.GetBytes(one.Value))], StringComparer.OrdinalIgnoreCase);
        if (key is { } id)
        {
            all["objectGUID"] = [id.ToByteArray()];
        }

        return new LdapEntry(name, all);
    }
}
