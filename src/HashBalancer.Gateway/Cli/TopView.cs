using HashBalancer.Ring;
using Spectre.Console;

namespace HashBalancer.Gateway.Cli;

/// <summary>A look at the nodes as a table on a terminal, as long as that is high.</summary>
internal static class TopView
{
    /// <summary>Lines of the title, the table's head and its borders.</summary>
    private const int Frame = 6;

    public static Table Of(TopFrame frame)
    {
        Table table = new Table().Title(Markup.Escape(frame.Title)).Border(TableBorder.Rounded);
        foreach (string column in TopNode.Columns)
            table.AddColumn(new TableColumn(column) { Alignment = column is "pool" or "node" or "state" or "obstacles" ? Justify.Left : Justify.Right });
        int room = Math.Max(1, AnsiConsole.Profile.Height - Frame);
        foreach (TopNode node in frame.Nodes.Take(room))
        {
            string colour = node.State != NodeState.Up ? "red" : node.Obstacles.Count > 0 ? "yellow" : "default";
            table.AddRow([.. node.Cells().Select(cell => new Markup($"[{colour}]{Markup.Escape(cell)}[/]"))]);
        }

        if (frame.Nodes.Count > room)
            table.Caption($"{frame.Nodes.Count - room} more");
        return table;
    }
}
