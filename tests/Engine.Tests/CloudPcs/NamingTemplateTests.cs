using Berth.Engine.CloudPcs;
using Xunit;

namespace Berth.Engine.Tests.CloudPcs;

/// <summary>How computers are called (C144, C198, C249).</summary>
public sealed class NamingTemplateTests
{
    [Theory]
    [InlineData("ABCDEF-%RAND:8%", true)]
    [InlineData("ABCDEFGHIJK-%RAND:5%", false)]
    [InlineData("PC_%RAND:5%", false)]
    [InlineData("PC-%RAND:4%", false)]
    [InlineData("%USERNAME:5%-%RAND:5%", true)]
    [InlineData(NamingTemplate.Default, true)]
    [InlineData("%RAND:5%", true)]
    [InlineData("%RAND:15%", true)]
    [InlineData("%RAND:16%", false)]
    [InlineData("ABCDEFGHIJ%RAND:5%", true)]
    [InlineData("ABCDEFGHIJK%RAND:5%", false)]
    [InlineData("ABCDEFGHIJ%RAND:6%", false)]
    [InlineData("%username:5%-%rand:5%", true)]
    [InlineData("%RAND:5%-ABCDEFGHI", true)]
    [InlineData("%RAND:5%-ABCDEFGHIJ", false)]
    [InlineData("%RAND:5%%RAND:5%", false)]
    [InlineData("%USERNAME:2%%USERNAME:2%%RAND:5%", false)]
    [InlineData("%USERNAME:0%%RAND:5%", false)]
    [InlineData("%USERNAME%%RAND:5%", false)]
    [InlineData("%USERNAME:999%%RAND:5%", false)]
    [InlineData("%SERIAL:5%%RAND:5%", false)]
    [InlineData("PC 1-%RAND:5%", false)]
    [InlineData("PÖ-%RAND:5%", false)]
    [InlineData("%RAND:5", false)]
    [InlineData("%", false)]
    [InlineData("", false)]
    [InlineData("ABCDE", false)]
    public void A_template_gives_names_that_computers_can_have(string text, bool good)
    {
        Assert.Equal(good, NamingTemplate.TryParse(text, out NamingTemplate? template, out string? error));
        Assert.Equal(good, template is not null);
        Assert.Equal(good, error is null);
    }

    [Theory]
    [InlineData("CPC-%USERNAME:5%-%RAND:5%", true)]
    [InlineData("ABCDEF-%RAND:8%", false)]
    public void A_template_tells_whether_it_names_the_user(string text, bool names)
    {
        Assert.True(NamingTemplate.TryParse(text, out NamingTemplate? template, out _));
        Assert.Equal(names, template.NamesUser);
    }

    [Fact]
    public void The_random_part_follows_from_the_seed()
    {
        Guid one = Guid.Parse("6b1f7a52-3c0e-4f5b-9a51-0d0c5a7e1d10"), two = Guid.Parse("b3a7c1de-52f4-4d2e-8a0b-1f6d9c3e7a20");
        string name = NamingTemplate.Expand(null, "ada.lovelace@contoso.example", one);
        Assert.Matches("^CPC-adalo-[A-Z0-9]{5}$", name);
        Assert.Equal(name, NamingTemplate.Expand(null, "ada.lovelace@contoso.example", one));
        Assert.NotEqual(name, NamingTemplate.Expand(null, "ada.lovelace@contoso.example", two));
        Assert.Matches("^CPC-bo-[A-Z0-9]{5}$", NamingTemplate.Expand(null, "bo@contoso.example", one));
        Assert.Matches("^ABCDEF-[A-Z0-9]{8}$", NamingTemplate.Expand("ABCDEF-%RAND:8%", "ada@contoso.example", one));
    }

    [Fact]
    public void Every_name_of_a_thousand_machines_can_be_a_computers()
    {
        Random random = new(7);
        byte[] bytes = new byte[16];
        HashSet<string> names = [];
        for (int i = 0; i < 1000; i++)
        {
            random.NextBytes(bytes);
            string name = NamingTemplate.Expand("%USERNAME:10%%RAND:5%", $"{new string('é', random.Next(3))}{new string('u', random.Next(12))}@x", new Guid(bytes));
            Assert.InRange(name.Length, NamingTemplate.ShortestName, NamingTemplate.LongestName);
            Assert.All(name, letter => Assert.True(char.IsAsciiLetterOrDigit(letter) || letter == '-'));
            names.Add(name);
        }

        Assert.InRange(names.Count, 900, 1000);
    }
}
