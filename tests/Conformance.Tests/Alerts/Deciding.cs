using System.Collections.Immutable;
using Berth.Engine.Alerts;
using Berth.Graph.Telling;
using Berth.Notifications;
using Xunit;

namespace Berth.Conformance.Tests.Alerts;

/// <summary>What a receiver is told, by what it was told and what is so (B790, B791, B794).</summary>
public sealed class Deciding
{
    private static readonly DateTimeOffset _noon = new(2027, 1, 4, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan _tick = TimeSpan.FromTicks(1);

    [Fact]
    public void A_beginning_is_told_at_once_and_an_end_when_it_has_lasted()
    {
        // B791
        Telling began = AlertTelling.Decide(AlertTelling.Nothing, [Alert("a")], _noon);
        Assert.Equal((NoticeStatus.Began, "a"), (Assert.Single(began.Notices).Status, began.Notices[0].Alert.Key));
        Assert.Empty(AlertTelling.Decide(began.Told, [Alert("a")], _noon.AddMinutes(1)).Notices);

        DateTimeOffset gone = _noon.AddMinutes(2);
        Telling waits = AlertTelling.Decide(began.Told, [], gone);
        Assert.Empty(waits.Notices);
        Assert.Equal(gone + TellingLimits.EndAfter, waits.WakeAt);
        Assert.Empty(AlertTelling.Decide(waits.Told, [], gone + TellingLimits.EndAfter - _tick).Notices);
        Telling ended = AlertTelling.Decide(waits.Told, [], gone + TellingLimits.EndAfter);
        Assert.Equal((NoticeStatus.Ended, "a"), (Assert.Single(ended.Notices).Status, ended.Notices[0].Alert.Key));
        Assert.Empty(AlertTelling.Decide(ended.Told, [], gone + TellingLimits.EndAfter + _tick).Notices);

        // Nothing is kept of it for ever.
        Assert.Empty(AlertTelling.Decide(ended.Told, [], _noon + TellingLimits.BeginAgainAfter).Told);
    }

    [Fact]
    public void What_comes_back_before_its_end_was_told_has_not_ended()
    {
        // B791
        Telling began = AlertTelling.Decide(AlertTelling.Nothing, [Alert("a")], _noon);
        Telling gone = AlertTelling.Decide(began.Told, [], _noon.AddMinutes(1));
        Telling back = AlertTelling.Decide(gone.Told, [Alert("a")], _noon.AddMinutes(1.5));
        Assert.Empty(back.Notices);
        Telling goneAgain = AlertTelling.Decide(back.Told, [], _noon.AddMinutes(2));
        Assert.Equal(_noon.AddMinutes(2) + TellingLimits.EndAfter, goneAgain.WakeAt);
    }

    [Fact]
    public void A_pool_that_flaps_for_an_hour_is_told_to_begin_four_times()
    {
        // B791: ten seconds so, two minutes not.
        ImmutableDictionary<string, ToldAlert> told = AlertTelling.Nothing;
        int began = 0, ended = 0;
        for (DateTimeOffset now = _noon; now < _noon.AddHours(1); now += TimeSpan.FromSeconds(10))
        {
            bool isSo = (now - _noon).Ticks % TimeSpan.FromSeconds(130).Ticks == 0;
            Telling telling = AlertTelling.Decide(told, isSo ? [Alert("a")] : [], now);
            began += telling.Notices.Count(notice => notice.Status == NoticeStatus.Began);
            ended += telling.Notices.Count(notice => notice.Status == NoticeStatus.Ended);
            told = telling.Told;
        }

        Assert.Equal((4, 4), (began, ended));
    }

    [Fact]
    public void What_begins_again_is_told_after_a_while_and_at_that_moment()
    {
        // B791
        Telling began = AlertTelling.Decide(AlertTelling.Nothing, [Alert("a")], _noon);
        Telling gone = AlertTelling.Decide(began.Told, [], _noon.AddMinutes(1));
        Telling ended = AlertTelling.Decide(gone.Told, [], _noon.AddMinutes(3));
        DateTimeOffset due = _noon + TellingLimits.BeginAgainAfter;
        Telling early = AlertTelling.Decide(ended.Told, [Alert("a")], due - _tick);
        Assert.Empty(early.Notices);
        Assert.Equal(due, early.WakeAt);
        Assert.Equal(NoticeStatus.Began, Assert.Single(AlertTelling.Decide(early.Told, [Alert("a")], due).Notices).Status);
    }

    [Fact]
    public void What_gets_graver_is_told_once_however_it_wavers()
    {
        // B791
        ImmutableDictionary<string, ToldAlert> told = AlertTelling.Decide(AlertTelling.Nothing, [Alert("a", AlertSeverity.Informational)], _noon).Told;
        List<NoticeStatus> said = [];
        AlertSeverity[] severities = [AlertSeverity.Warning, AlertSeverity.Informational, AlertSeverity.Warning, AlertSeverity.Critical, AlertSeverity.Warning];
        foreach ((int minute, AlertSeverity severity) in severities.Index())
        {
            Telling telling = AlertTelling.Decide(told, [Alert("a", severity)], _noon.AddMinutes(minute + 1));
            said.AddRange(telling.Notices.Select(notice => notice.Status));
            told = telling.Told;
        }

        Assert.Equal([NoticeStatus.Worsened, NoticeStatus.Worsened], said);
    }

    [Fact]
    public void What_stays_is_told_again_each_day_for_a_week()
    {
        // B791
        ImmutableDictionary<string, ToldAlert> told = AlertTelling.Decide(AlertTelling.Nothing, [Alert("a")], _noon).Told;
        Telling early = AlertTelling.Decide(told, [Alert("a")], _noon + TellingLimits.RemindAfter - _tick);
        Assert.Empty(early.Notices);
        Assert.Equal(_noon + TellingLimits.RemindAfter, early.WakeAt);
        int reminders = 0;
        for (int day = 1; day < 30; day++)
        {
            Telling telling = AlertTelling.Decide(told, [Alert("a")], _noon + (day * TellingLimits.RemindAfter));
            reminders += telling.Notices.Count(notice => notice.Status == NoticeStatus.Reminder);
            told = telling.Told;
        }

        Assert.Equal(TellingLimits.MostReminders, reminders);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(1)]
    public void What_is_too_much_for_one_message_comes_with_the_next(int more)
    {
        // B791
        ActiveAlert[] alerts = [.. Enumerable.Range(0, TellingLimits.MessageAlerts + more).Select(number => Alert($"{number}"))];
        Telling first = AlertTelling.Decide(AlertTelling.Nothing, alerts, _noon);
        Assert.Equal(TellingLimits.MessageAlerts + Math.Min(0, more), first.Notices.Count);
        Assert.Equal(Math.Max(0, more), AlertTelling.Decide(first.Told, alerts, _noon).Notices.Count);
    }

    [Theory]
    [InlineData("desk@contoso.com", true)]
    [InlineData("o'neil+alerts@sub.contoso-1.example", true)]
    [InlineData("root@localhost", true)]
    [InlineData("", false)]
    [InlineData("desk", false)]
    [InlineData("@contoso.com", false)]
    [InlineData("desk@", false)]
    [InlineData("desk@contoso..com", false)]
    [InlineData("desk@-contoso.com", false)]
    [InlineData(".desk@contoso.com", false)]
    [InlineData("de..sk@contoso.com", false)]
    [InlineData("desk@contoso.com, boss@contoso.com", false)]
    [InlineData("desk@contoso.com;boss@contoso.com", false)]
    [InlineData("Desk <desk@contoso.com>", false)]
    [InlineData("\"de sk\"@contoso.com", false)]
    [InlineData("desk@contoso.com\r\nBcc: boss@contoso.com", false)]
    [InlineData("desk\nBcc@contoso.com", false)]
    [InlineData("desk@[127.0.0.1]", false)]
    [InlineData("d\u00e9sk@contoso.com", false)]
    public void An_address_is_one_mailbox_and_nothing_else(string text, bool isOne) => Assert.Equal(isOne, MailAddress.IsOne(text)); // B790

    [Theory]
    [InlineData(-1, true)]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public void An_address_has_a_longest_length_and_a_longest_mailbox(int more, bool isOne)
    {
        // B790
        string mailbox = new('a', TellingLimits.MailboxCharacters + more);
        Assert.Equal(isOne, MailAddress.IsOne($"{mailbox}@contoso.com"));
        string host = string.Concat(Enumerable.Repeat("abcdefg.", 40));
        Assert.Equal(isOne, MailAddress.IsOne("a@" + host[..(TellingLimits.AddressCharacters - 2 + more - 1)].TrimEnd('.').PadRight(TellingLimits.AddressCharacters - 2 + more, 'z')));
    }

    [Fact]
    public void A_tenant_sends_so_many_letters_in_an_hour_and_then_more()
    {
        // B794
        LetterCount count = new();
        Assert.All(Enumerable.Range(0, TellingLimits.MostLetters), number => Assert.True(count.Takes(_noon.AddSeconds(number))));
        Assert.False(count.Takes(_noon + TellingLimits.LettersWithin - _tick));
        Assert.True(count.Takes(_noon + TellingLimits.LettersWithin));
        Assert.False(count.Takes(_noon + TellingLimits.LettersWithin));
    }

    [Fact]
    public void A_signature_is_what_anybody_works_out_who_knows_the_secret()
    {
        // B793: worked out with openssl.
        Assert.Equal(
            "t=1798459200,v1=79aafe1a958cedd37ff55f37223520c20d07e5b72772ab35331eb5187fbd3772",
            AlertMessage.Sign("berth-secret", "{\"value\":[]}"u8, DateTimeOffset.FromUnixTimeSeconds(1798459200)));
    }

    private static ActiveAlert Alert(string key, AlertSeverity severity = AlertSeverity.Warning) =>
        new(key, AlertKind.PoolExhausted, severity, Guid.Empty, key, _noon, $"{key} is wrong.", "Mend it.");
}
