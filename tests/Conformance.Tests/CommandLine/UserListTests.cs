using System.Text;
using Berth.CommandLine.Client;
using Berth.CommandLine.Client.Bulk;
using Xunit;

namespace Berth.Conformance.Tests.CommandLine;

/// <summary>Lists as people and their spreadsheets write them.</summary>
public sealed class UserListTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    [Theory]
    [InlineData("userPrincipalName")]
    [InlineData("UserPrincipalName")]
    [InlineData("User principal name")]
    [InlineData("user_principal_name")]
    [InlineData("UPN")]
    [InlineData("User")]
    [InlineData("id")]
    [InlineData("userId")]
    [InlineData("Object Id")]
    [InlineData("Mail")]
    [InlineData("E-Mail")]
    [InlineData("\"userPrincipalName\"")]
    public void The_column_of_the_user_is_found_however_it_is_written(string column) =>
        Assert.Equal(["a@contoso.example"], Users($"Name,{column}\nAnn,a@contoso.example\n"));

    [Theory]
    [InlineData("Name,upn,Note\nAnn,a@b,x\n")]
    [InlineData("Name;upn;Note\nAnn;a@b;x\n")]
    [InlineData("Name\tupn\tNote\nAnn\ta@b\tx\n")]
    [InlineData("Name, first;upn\n\"Ann, B.\";a@b\n")]
    [InlineData("sep=;\nName;upn\nAnn;a@b\n")]
    [InlineData("upn\na@b\n")]
    [InlineData("upn\r\na@b\r\n")]
    [InlineData("upn\na@b")]
    [InlineData("\n\nupn\n\n  \na@b\n,\n")]
    [InlineData("upn,Name\na@b,\"Ann\nof the second line; with a \"\"nick\"\"\"\n")]
    [InlineData("upn,Name\n  a@b  ,\n")]
    [InlineData("upn,Name\na@b\n")]
    public void Separators_quotes_blank_lines_and_line_ends_do_not_matter(string text) => Assert.Equal(["a@b"], Users(text));

    [Fact]
    public void The_surest_column_names_the_user_and_the_next_one_fills_a_gap() =>
        Assert.Equal(["a@b", "c@d"], Users("id,mail,userPrincipalName\n1,x@y,a@b\n,c@d,\n"));

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void A_byte_order_mark_is_no_part_of_the_first_name(bool mark, bool wide)
    {
        File.WriteAllText(_file, "upn;Name\nzoë@contoso.example;Zoë\n", wide ? Encoding.Unicode : new UTF8Encoding(mark));

        UserList list = Assert.IsType<ListReading.Readable>(UserList.Read(new FileInfo(_file))).List;

        Assert.Equal(("upn", mark), (list.Header[0], list.HasMark));
        Assert.Equal("zoë@contoso.example", Assert.Single(list.Rows).User);
    }

    [Fact]
    public void A_row_knows_its_line_even_after_a_field_of_several_lines()
    {
        UserList list = List("\nupn,Note\n\na@b,\"one\ntwo\nthree\"\nc@d,x\n\ne@f,x\n");

        Assert.Equal([4, 7, 9], list.Rows.Select(row => row.Line));
    }

    [Fact]
    public void A_row_with_more_fields_than_the_header_is_not_trusted() =>
        Assert.Equal([false, true, true], List("upn,Name\nAnn, B.,a@b\nc@d,x,,\ne@f\n").Rows.Select(row => row.IsWellFormed));

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("\n \n", "is empty")]
    [InlineData("upn\n", "no rows")]
    [InlineData("upn\n\n", "no rows")]
    [InlineData("Name,Department\nAnn,Sales\n", "no column that names the user")]
    [InlineData("Name,Department\nAnn,Sales\n", "It has: Name, Department.")]
    [InlineData("a@contoso.example\nb@contoso.example\n", "put a line userPrincipalName above it")]
    [InlineData("upn,Name\na@b,\"Ann\nc@d,Bob\n", "line 4 or above")]
    [InlineData("upn,Name\na@b,x\nc@d,\"Ann\" B.\n", "line 3 or above")]
    public void A_list_that_cannot_be_read_says_why(string text, string why) =>
        Assert.Contains(why, Assert.IsType<ListReading.Unreadable>(UserList.Read(text, "people.csv")).Problem, StringComparison.Ordinal);

    [Fact]
    public void Text_in_an_old_encoding_is_refused_before_names_are_mangled()
    {
        File.WriteAllBytes(_file, [.. "upn\nzo"u8, 0xEB, .. "@contoso.example\n"u8]);

        Assert.Contains("UTF-8", Assert.IsType<ListReading.Unreadable>(UserList.Read(new FileInfo(_file))).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named() =>
        Assert.Contains("no-such.csv", Assert.IsType<ListReading.Unreadable>(UserList.Read(new FileInfo("no-such.csv"))).Problem, StringComparison.Ordinal);

    [Theory]
    [InlineData(-1, true)]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public void A_list_has_at_most_so_many_rows(int beyond, bool isRead)
    {
        string text = "upn\n" + string.Concat(Enumerable.Repeat("a@b\n", ClientLimits.ListRows + beyond));

        Assert.Equal(isRead, UserList.Read(text, "people.csv") is ListReading.Readable);
    }

    [Theory]
    [InlineData(-1, true)]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public void A_list_has_at_most_so_many_bytes(int beyond, bool isRead)
    {
        using (FileStream stream = new(_file, FileMode.Create))
        {
            stream.Write("upn\na@b\n"u8);
            stream.SetLength(ClientLimits.ListBytes + beyond);
            byte[] blanks = new byte[1024 * 1024];
            blanks.AsSpan().Fill((byte)'\n');
            while (stream.Position < stream.Length)
            {
                stream.Write(blanks.AsSpan(0, (int)Math.Min(blanks.Length, stream.Length - stream.Position)));
            }
        }

        Assert.Equal(isRead, UserList.Read(new FileInfo(_file)) is ListReading.Readable);
    }

    [Theory]
    [InlineData(-1, true)]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public void A_field_has_at_most_so_many_characters(int beyond, bool isRead) =>
        Assert.Equal(isRead, UserList.Read($"upn,Note\na@b,{new string('x', ClientLimits.ListField + beyond)}\n", "people.csv") is ListReading.Readable);

    public void Dispose() => File.Delete(_file);

    private static UserList List(string text) => Assert.IsType<ListReading.Readable>(UserList.Read(text, "people.csv")).List;

    private static string[] Users(string text) => [.. List(text).Rows.Select(row => row.User)];
}
