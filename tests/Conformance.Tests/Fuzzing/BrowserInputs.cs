using System.Text;
using Berth.Portal.Bulk;
using Xunit;

namespace Berth.Conformance.Tests.Fuzzing;

/// <summary>The tables that the admin center reads in a browser (B760, B650): its own sources, compiled into the tests.</summary>
public sealed class BrowserInputs
{
    [Fact]
    public void Odd_lists_in_the_browser() => Trial.Each(
        Inputs.For(nameof(Odd_lists_in_the_browser)),
        static odd => odd.Once(4)
            ? Encoding.UTF8.GetBytes(odd.Soup(["a", "\"", "\"\"", ",", ";", "\t", "\r", "\n", "\r\n", "sep=", "sep=;\n", "upn", "ada@x.example", " "], 40, ""))
            : odd.Mutated((odd.Once(4) ? Encoding.Unicode.GetPreamble() : []).Concat((odd.Once(4) ? Encoding.Unicode : Encoding.UTF8).GetBytes("sep=;\nuserPrincipalName;\"display;Name\"\n\"ada@x.example\";Ada\r\nbob@x.example;\"Bob \"\"B\"\"\"\n")).ToArray()),
        static bytes =>
        {
            (UserList? list, string? problem) = UserList.Read("list.csv", bytes);
            Assert.True(list is null ? problem is { Length: > 0 } : list.Lines.Count > 0 && list.Lines.All(line => line.Fields.Count == list.Header.Count));
            if (list is null)
            {
                return;
            }

            // Its result is written the same way and can be read again.
            StringBuilder text = new();
            foreach (IReadOnlyList<string> fields in list.Lines.Select(static line => line.Fields).Prepend(list.Header))
            {
                CsvText.Write(text, fields, list.Delimiter);
                text.Append("\r\n");
            }

            _ = UserList.Read("list.csv", Encoding.UTF8.GetBytes(text.ToString()));
        });
}
