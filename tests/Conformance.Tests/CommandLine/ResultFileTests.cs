using Berth.CommandLine.Client.Bulk;
using Xunit;

namespace Berth.Conformance.Tests.CommandLine;

/// <summary>The result of a list, through runs that end and runs that are cut off.</summary>
public sealed class ResultFileTests : IDisposable
{
    private const string Text = "upn;Name\na@b;\"Ann; of Sales\"\nc@d;Bob\ne@f;Eve\n";
    private static readonly RowOutcome _assigned = new(RowFate.Changed, "", "added SPE_E3");
    private readonly string _folder = Directory.CreateTempSubdirectory("berth-result-").FullName;
    private readonly HastyClock _clock = new();

    private string ResultPath => Path.Combine(_folder, "people.result.csv");

    [Fact]
    public void A_row_is_in_the_file_as_soon_as_it_is_done()
    {
        UserList list = List(Text);
        using ResultFile file = Open(list);

        file.Add([(list.Rows[2], RowOutcome.Failure("seatsExhausted", "No seat; none at all."))]);

        Assert.Equal(["upn;Name;outcome;code;message;at", "e@f;Eve;failed;seatsExhausted;\"No seat; none at all.\";2026-11-23T12:00:00Z"], Lines());
    }

    [Fact]
    public void At_the_end_the_rows_stand_in_the_order_of_the_list()
    {
        UserList list = List(Text);
        using (ResultFile file = Open(list))
        {
            file.Add([(list.Rows[2], _assigned)]);
            file.Add([(list.Rows[0], _assigned), (list.Rows[1], _assigned)]);
            Assert.Equal(["e@f", "a@b", "c@d"], Lines().Skip(1).Select(line => line[..3]));
            file.Finish();
        }

        Assert.Equal(["a@b", "c@d", "e@f"], Lines().Skip(1).Select(line => line[..3]));
        Assert.Contains("\"Ann; of Sales\"", Lines()[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_result_has_a_byte_order_mark_when_the_list_has_one(bool mark)
    {
        using (Open(List(Text) with { HasMark = mark }))
        {
        }

        Assert.Equal(mark, File.ReadAllBytes(ResultPath)[0] == 0xEF);
    }

    [Theory]
    [InlineData("")]
    [InlineData("c@d;Bo")]
    [InlineData("c@d;Bob;failed;x;\"half a mess")]
    [InlineData("c@d;\"Bob\" the builder;")]
    public void A_later_run_goes_on_where_one_was_cut_off_even_inside_a_line(string torn)
    {
        UserList list = List(Text);
        using (ResultFile file = Open(list))
        {
            file.Add([(list.Rows[0], _assigned)]);
        }

        File.AppendAllText(ResultPath, torn);
        using (ResultFile file = Open(list))
        {
            Assert.Equal("added SPE_E3", file.EarlierChange(list.Rows[0]));
            Assert.Null(file.EarlierChange(list.Rows[1]));
            file.Add([(list.Rows[1], RowOutcome.Failure("x", "y"))]);
            file.Finish();
        }

        Assert.Equal(["upn;Name", "a@b;\"Ann; of Sales\";assigned", "c@d;Bob;failed"], Lines().Select(line => string.Join(';', line.Split(';')[..^3]).Replace(";outcome", "", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_row_that_failed_gets_its_new_outcome_and_one_that_was_not_reached_keeps_its_old_one()
    {
        UserList list = List(Text);
        using (ResultFile file = Open(list))
        {
            file.Add([(list.Rows[0], RowOutcome.Failure("x", "y")), (list.Rows[1], _assigned)]);
        }

        using (ResultFile file = Open(list))
        {
            file.Add([(list.Rows[0], _assigned)]);
            file.Finish();
        }

        Assert.Equal(["assigned", "assigned"], Lines().Skip(1).Select(line => line.Split(';')[^4]));
    }

    [Theory]
    [InlineData("upn;Name;outcome\n")]
    [InlineData("a diary\n")]
    [InlineData("\n")]
    [InlineData("\"")]
    public void A_file_that_is_something_else_is_left_alone(string foreign)
    {
        File.WriteAllText(ResultPath, foreign);

        (ResultFile? file, string? problem) = ResultFile.Open(ResultPath, List(Text), new OutcomeWords("assigned", IsDryRun: false), _clock);

        Assert.Null(file);
        Assert.Contains("--out", problem, StringComparison.Ordinal);
        Assert.Equal(foreign, File.ReadAllText(ResultPath));
    }

    [Fact]
    public void A_result_can_be_the_list_of_another_run()
    {
        UserList list = List("upn,outcome,code,message,at\na@b,failed,x,y,2026-01-01T00:00:00Z\n");
        using (ResultFile file = Open(list))
        {
            file.Add([(list.Rows[0], _assigned)]);
        }

        Assert.Equal(["upn,outcome,code,message,at", "a@b,assigned,,added SPE_E3,2026-11-23T12:00:00Z"], Lines());
    }

    [Fact]
    public void A_place_that_cannot_be_written_is_told()
    {
        (ResultFile? file, string? problem) = ResultFile.Open(Path.Combine(_folder, "no", "such", "folder.csv"), List(Text), new OutcomeWords("assigned", IsDryRun: false), _clock);

        Assert.Null(file);
        Assert.Contains("cannot be written", problem, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static UserList List(string text) => Assert.IsType<ListReading.Readable>(UserList.Read(text, "people.csv")).List;

    private ResultFile Open(UserList list)
    {
        (ResultFile? file, string? problem) = ResultFile.Open(ResultPath, list, new OutcomeWords("assigned", IsDryRun: false), _clock);
        Assert.Null(problem);
        return file!;
    }

    private string[] Lines()
    {
        using StreamReader reader = new(new FileStream(ResultPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
