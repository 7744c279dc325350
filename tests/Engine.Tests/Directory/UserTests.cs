using System.Text;
using Berth.Engine.Collections;
using Berth.Engine.Directory;
using CsCheck;
using Xunit;

namespace Berth.Engine.Tests.Directory;

/// <summary>A user keeps its texts as UTF-8 in one array: nobody can tell but by the memory it takes.</summary>
public sealed class UserTests
{
    private static readonly DateTimeOffset _noon = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    private static readonly Gen<string> _text = Gen.OneOf(
        Gen.Const(""),
        Gen.String[Gen.Char.AlphaNumeric, 1, 40],
        Gen.OneOf("ada", "Ada", "ada@contoso.example", "@", "a@b@c", "größe", "Ελληνικά", "日本語", "العربية", "🦜 in a tree", "\0\n'", "e\u0301"),
        Gen.OneOf(1, 63, 64, 126, 127, 128, 129, 512, 1024, 16_383, 16_384).Select(Gen.OneOf('x', 'ä', '語'), static (length, letter) => new string(letter, length)),
        Gen.Const(string.Concat(Enumerable.Repeat("🦜", User.LongestText / 2))));

    private static readonly Gen<string?> _maybe = Gen.OneOf(Gen.Const((string?)null), _text.Select(static text => (string?)text));

    private static readonly Gen<Texts> _texts = Gen.Select(_text, _text, _maybe, Gen.Bool, Gen.Select(Gen.OneOf(Enum.GetValues<UserAttribute>()), _maybe).Array[0, 8])
        .Select(static (name, display, nickname, isLocal, set) => new Texts(name, display, isLocal ? name.Split('@')[0] : nickname, set));

    [Fact]
    public void Every_text_comes_back_as_it_was_given() => _texts.Try(static texts => Assert.True(texts.AreThoseOf(texts.User())));

    [Fact]
    public void One_text_is_changed_and_the_others_stay() => Gen.Select(_texts, _texts).Try(static (before, after) =>
    {
        User user = before.User();
        Assert.True((before with { Name = after.Name }).AreThoseOf(user with { UserPrincipalName = after.Name }));
        Assert.True((before with { Display = after.Display }).AreThoseOf(user with { DisplayName = after.Display }));
        Assert.True((before with { Nickname = after.Nickname }).AreThoseOf(user with { MailNickname = after.Nickname }));
        Assert.True((before with { Set = after.Set }).AreThoseOf(user with { Attributes = after.Attributes() }));
        Assert.True(before.AreThoseOf(user with { AccountEnabled = false, UsageLocation = "DE", CreatedAt = DateTimeOffset.MaxValue, Id = Guid.Empty }));
        Assert.True(before.AreThoseOf(user));
    });

    [Fact]
    public void Users_are_equal_exactly_when_all_their_texts_are() => Gen.Select(_texts, _texts).Try(static (one, other) =>
    {
        User user = one.User(), made = other.User();
        User turned = made with { UserPrincipalName = one.Name, DisplayName = one.Display, MailNickname = one.Nickname, Attributes = one.Attributes() };
        Assert.Equal(user, turned);
        Assert.Equal(user.GetHashCode(), turned.GetHashCode());
        Assert.Equal(one.AreThoseOf(made), user == made);
        Assert.Equal(one.AreThoseOf(made with { UserPrincipalName = one.Name, DisplayName = one.Display, MailNickname = one.Nickname }), user.Attributes == made.Attributes);
    });

    [Fact]
    public void Users_differ_in_what_is_no_text_too()
    {
        User user = Named("ada");
        User[] others = [user with { Id = Guid.NewGuid() }, user with { AccountEnabled = false }, user with { UsageLocation = "DE" }, user with { CreatedAt = _noon.AddTicks(1) }];
        Assert.All(others, other => Assert.NotEqual(user, other));
        Assert.Equal(user, others[1] with { AccountEnabled = true });
    }

    [Fact]
    public void Neither_the_day_a_user_came_nor_whether_it_can_sign_in_disturbs_the_other()
    {
        foreach (DateTimeOffset at in (DateTimeOffset[])[DateTimeOffset.MinValue, _noon, _noon.AddTicks(1), DateTimeOffset.MaxValue])
        {
            User user = Named("ada") with { CreatedAt = at };
            Assert.Equal((at, true), (user.CreatedAt, user.AccountEnabled));
            Assert.Equal((at, false), ((user with { AccountEnabled = false }).CreatedAt, (user with { AccountEnabled = false }).AccountEnabled));
        }

        Assert.Equal(_noon, (Named("ada") with { CreatedAt = _noon.ToOffset(TimeSpan.FromHours(5)) }).CreatedAt);
    }

    [Fact]
    public void Attributes_stand_in_their_order_however_they_came()
    {
        UserAttributes one = new([new(UserAttribute.City, "Oslo"), new(UserAttribute.GivenName, "Ada"), new(UserAttribute.City, "Bonn"), new(UserAttribute.State, "")]);
        UserAttributes other = default(UserAttributes).With(UserAttribute.GivenName, "Ada").With(UserAttribute.Mail, "x").With(UserAttribute.City, "Bonn").With(UserAttribute.Mail, null);

        Assert.Equal(one, other);
        Assert.Equal(one.GetHashCode(), other.GetHashCode());
        Assert.Equal(2, one.Count);
        Assert.Equal([new(UserAttribute.GivenName, "Ada"), new(UserAttribute.City, "Bonn")], one.Values);
        Assert.Equal(("Bonn", null, null), (one[UserAttribute.City], one[UserAttribute.State], one[UserAttribute.ExtensionAttribute15]));
        Assert.Equal(default, other.With(UserAttribute.GivenName, "").With(UserAttribute.City, null));
    }

    [Fact]
    public void A_user_of_texts_in_UTF_8_is_the_one_of_strings()
    {
        AttributePacker packer = new();
        _texts.Try(
            texts =>
            {
                // Nothing takes an attribute away here.
                Texts given = texts with { Set = [.. texts.Set.Where(static one => !string.IsNullOrEmpty(one.Item2))] };
                foreach ((UserAttribute attribute, string? value) in given.Set)
                {
                    packer.Add(attribute, Encoding.UTF8.GetBytes(value!));
                }

                packer.Add(UserAttribute.City, []);
                User user = given.User();
                User packed = User.Packed(
                    user.Id, Encoding.UTF8.GetBytes(texts.Name), Encoding.UTF8.GetBytes(texts.Display), Encoding.UTF8.GetBytes(texts.Nickname ?? ""), texts.Nickname is not null,
                    user.AccountEnabled, user.UsageLocation, user.CreatedAt, packer);
                Assert.Equal(user, packed);
            },
            atOnce: 1);
    }

    [Theory]
    [InlineData("ada@contoso.example", "ADA@Contoso.Example", true)]
    [InlineData("ärztin@größe.example", "ÄRZTIN@GRÖßE.EXAMPLE", true)]
    [InlineData("ωμέγα@x", "ΩΜΈΓΑ@X", true)]
    [InlineData("ada@contoso.example", "ada@contoso.examplf", false)]
    [InlineData("i@x", "ı@x", false)]
    public void A_sign_in_name_is_one_however_its_letters_are_written(string name, string asked, bool isOne)
    {
        string long1 = name + new string('x', 300), long2 = asked + new string('X', 300);
        foreach ((string one, string other) in (ReadOnlySpan<(string, string)>)[(name, asked), (asked, name), (long1, long2)])
        {
            Assert.Equal(isOne, Named(one).IsNamed(other));
            Assert.Equal(User.HashOf(one), Named(one).HashOfName());
            Assert.True(!isOne || Named(one).HashOfName() == User.HashOf(other));
        }
    }

    [Fact]
    public void Half_a_surrogate_pair_is_no_character()
    {
        Assert.Equal("a\uFFFDb", Named("a\uD83Eb").UserPrincipalName);
        Assert.Equal("\uFFFD", default(UserAttributes).With(UserAttribute.City, "\uDD9C")[UserAttribute.City]);
    }

    [Fact]
    public void A_text_is_asked_where_it_lies()
    {
        Assert.Null(default(Utf8Text).Satisfies(static _ => true));
        Assert.Equal((null, ""), (default(Utf8Text).Text, default(Utf8Text).ToString()));
        Assert.NotEqual(default, Utf8Text.Of(""));
        _text.Try(static text =>
        {
            Assert.True(Utf8Text.Of(text).Satisfies(characters => characters.SequenceEqual(text)));
            Assert.False(Utf8Text.Of(text).Satisfies(characters => characters.SequenceEqual(text + "x")));
            Assert.Equal(Utf8Text.Of(text), Utf8Text.Of(text));
            Assert.Equal(text, Utf8Text.Of(text).Text);
        });
    }

    [Fact]
    public void A_text_is_another_but_for_case_as_strings_are()
    {
        Assert.Null(default(Utf8Text).IsButForCase(""));

        // Letters of which one case is in ASCII and the other is not, and such as only look alike.
        string[] odd = ["", "s", "S", "\u017F", "k", "K", "\u212A", "i", "I", "\u0130", "\u0131", "é", "É", "ß", "SS", "\uD801\uDC00", "\uD801\uDC28", "a\u0301", "á", "0", "@", "`"];
        Gen<string> some = Gen.OneOf(Gen.Int[0, odd.Length - 1].Array[0, 3].Select(places => string.Concat(places.Select(place => odd[place]))), _text);
        Gen.Select(some, some.Select(text => text.ToUpperInvariant())).Try(static (one, other) => Assert.Equal(one.Equals(other, StringComparison.OrdinalIgnoreCase), Utf8Text.Of(one).IsButForCase(other)));
        Assert.All(from one in odd from other in odd select (one, other), static pair =>
            Assert.Equal(pair.one.Equals(pair.other, StringComparison.OrdinalIgnoreCase), Utf8Text.Of(pair.one).IsButForCase(pair.other)));
    }

    private static User Named(string name) => new(Guid.Empty, name, "Ada", null, true, "US", _noon, default);

    /// <summary>What a user is made of, as strings.</summary>
    private sealed record Texts(string Name, string Display, string? Nickname, (UserAttribute, string?)[] Set)
    {
        public User User() => new(Guid.AllBitsSet, Name, Display, Nickname, true, null, _noon, Attributes());

        public UserAttributes Attributes() => Set.Aggregate(default(UserAttributes), static (all, one) => all.With(one.Item1, one.Item2));

        public bool AreThoseOf(User user)
        {
            SortedDictionary<UserAttribute, string> expected = [];
            foreach ((UserAttribute attribute, string? value) in Set)
            {
                expected.Remove(attribute);
                if (!string.IsNullOrEmpty(value))
                {
                    expected.Add(attribute, value);
                }
            }

            return (Name, Display, Nickname) == (user.UserPrincipalName, user.DisplayName, user.MailNickname)
                && expected.SequenceEqual(user.Attributes.Values)
                && Enum.GetValues<UserAttribute>().All(attribute => expected.GetValueOrDefault(attribute) == user.Attributes[attribute]);
        }
    }
}
