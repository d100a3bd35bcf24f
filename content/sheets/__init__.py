"""Spreadsheets for editors: topics, tips, quiz and helplines of a pack out into a workbook, and back."""
